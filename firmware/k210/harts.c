#include "harts.h"

#include <stddef.h>

#include "registers.h"

#define MIE_MSIE (1u << 3)

// In .data, so that clearing .bss cannot wipe out what was already asked for.
static void (*work_of_hart_1)(void) __attribute__((section(".data"))) = NULL;

void hart_1_start(void (*work)(void))
{
    __atomic_store_n(&work_of_hart_1, work, __ATOMIC_RELEASE);
    CLINT_MSIP(1) = 1;
}

void hart_wait_for_work(void)
{
    __asm volatile("csrs mie, %0" : : "r"((uint64_t)MIE_MSIE));
    for (;;) {
        // First the call is cleared, then the work looked at: a call that comes
        // in between is still pending and ends the sleep at once.
        CLINT_MSIP(1) = 0;
        void (*const work)(void) = __atomic_exchange_n(&work_of_hart_1, NULL, __ATOMIC_ACQUIRE);
        if (work != NULL) {
            work();
        } else {
            __asm volatile("wfi");
        }
    }
}
