// Both harts sleep, and nothing is going to wake one. Hart 0 has the software interrupt enabled.
#include "program.h"

NOINLINE static void idle(void) {
    for (;;) __asm__ volatile("wfi");
}

void hart_main(uint64_t hart) {
    if (hart == 0) __asm__ volatile("csrw mie, %0" : : "r"(8));
    idle();
}
