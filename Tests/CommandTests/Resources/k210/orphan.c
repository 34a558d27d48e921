// Hart 0 waits for a flag of hart 1, which sleeps.
#include "program.h"

static volatile uint32_t done;

NOINLINE static void wait_done(void) {
    while (!done) {}
}

void hart_main(uint64_t hart) {
    if (hart == 0) wait_done();
    for (;;) __asm__ volatile("wfi");
}
