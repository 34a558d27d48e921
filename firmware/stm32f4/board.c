#include "board.h"

#include "clock.h"
#include "registers.h"
#include "uart.h"

#define BAUD 115200u

uint32_t board_clock_hz = CLOCK_HSI_HZ;

static void start_console_and_counter(void)
{
    uart_start(clock_apb1_hz(board_clock_hz), BAUD);
    DEMCR |= DEMCR_TRCENA;
    DWT_CYCCNT = 0;
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

void board_start(void)
{
    board_clock_hz = clock_start();
    start_console_and_counter();
}

void board_start_at_reset_clock(void)
{
    start_console_and_counter();
}

uint32_t board_cycles(void)
{
    return DWT_CYCCNT;
}

void board_put(char byte)
{
    uart_put(byte);
}

void board_finish(int code)
{
#ifdef SIMULATE_EXIT_ALWAYS
    board_exit(code);
#else
    // Without a debugger the semihosting breakpoint would be a HardFault.
    // A simulator, like a probe, shows itself by setting C_DEBUGEN.
    if (DHCSR & DHCSR_C_DEBUGEN) board_exit(code);
    uart_drain();
    for (;;) __asm volatile("wfi");
#endif
}
