#include "board.h"

#include "clock.h"
#include "plic.h"
#include "uarths.h"

#define BAUD 115200u

uint32_t board_clock_hz = CLOCK_CRYSTAL_HZ;

void board_start(void)
{
    board_clock_hz = clock_start();
    board_start_at_reset_clock();
}

void board_start_at_reset_clock(void)
{
    uarths_start(board_clock_hz, BAUD);
    interrupt_start();
}

uint32_t board_cycles(void)
{
    return (uint32_t)clock_cycles();
}

void board_put(char byte)
{
    uarths_put(byte);
}

void board_finish(int code)
{
    // Where nobody listens the breakpoint is a trap, and its handler sleeps.
    board_exit(code);
}
