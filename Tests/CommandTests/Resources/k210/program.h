#include <stdint.h>
#define NOINLINE __attribute__((noinline))
void hart_main(uint64_t hart);

// Both harts begin here: a stack of 4 KiB for each, then hart_main(mhartid).
__asm__(".section .start, \"ax\"\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start: csrr a0, mhartid\n"
        "la sp, stacks\n"
        "addi t0, a0, 1\n"
        "slli t0, t0, 12\n"
        "add sp, sp, t0\n"
        "call hart_main\n"
        "1: j 1b\n"
        ".size _start, . - _start\n"
        ".text\n");

static inline void pause_a_while(void) {
    for (volatile int turns = 0; turns < 1000; turns++) {}
}
