// Both harts say hello, in order: each waits for its turn in a word of memory.

#include "board.h"
#include "clock.h"
#include "harts.h"
#include "print.h"

#define TURNS 1000u
#define ROUNDS 3u

static uint32_t turn;  // hart 0 speaks at even numbers, hart 1 at odd ones

static void wait_for(uint32_t number)
{
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != number) {
    }
}

static void speak(void)
{
    const uint32_t hart = hart_id();

    for (uint32_t round = 0; round < ROUNDS; round++) {
        wait_for(2 * round + hart);
        print("hello from hart %u, round %u\n", hart, round);
        __atomic_store_n(&turn, 2 * round + hart + 1, __ATOMIC_RELEASE);
    }
}

int main(void)
{
    board_start();
    print("hello from a K210 at %u MHz\n", board_clock_hz / 1000000);
    hart_1_start(speak);
    speak();
    wait_for(2 * ROUNDS);

    const uint64_t start = clock_cycles();
    uint64_t turns = TURNS;
    __asm volatile("1: addi %0, %0, -1\n\tbnez %0, 1b" : "+r"(turns));
    print("%u turns of addi+bnez: %u cycles\n", TURNS, (uint32_t)(clock_cycles() - start));
    return 0;
}
