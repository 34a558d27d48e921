// Says hello and how many cycles a small loop took.

#include "board.h"
#include "print.h"

#define TURNS 1000u

int main(void)
{
    board_start();
    print("hello from a Cortex-M4 at %u MHz\n", board_clock_hz / 1000000);

    const uint32_t start = board_cycles();
    uint32_t turns = TURNS;
    __asm volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(turns) : : "cc");
    print("%u turns of subs+bne: %u cycles\n", TURNS, board_cycles() - start);
    return 0;
}
