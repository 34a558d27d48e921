// What a program needs from the board it runs on.

#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/// Brings the clocks to full speed and opens the console and the cycle counter.
void board_start(void);

/// Opens the console and the cycle counter only; the clocks stay as after reset.
void board_start_at_reset_clock(void);

/// Processor clock in Hz.
extern uint32_t board_clock_hz;

/// Free-running count of processor cycles, modulo 2^32.
uint32_t board_cycles(void);

/// Writes one byte to the console and waits until there is room for it.
void board_put(char byte);

/// Ends the program: through semihosting if a debugger or simulator listens,
/// else by sleeping for ever.
__attribute__((noreturn)) void board_finish(int code);

/// Ends the program through semihosting without asking who listens. On a plain
/// board this is a HardFault.
__attribute__((noreturn)) void board_exit(int code);

#endif
