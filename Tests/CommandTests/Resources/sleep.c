// Sleeps, with no interrupt enabled.
#include "program.h"

NOINLINE static void idle(void) {
    for (;;) __asm volatile("wfi");
}

int main(void) {
    idle();
    return 0;
}
