// Each hart holds a lock and takes that of the other: an atomic swap until it was free.
#include "program.h"

static volatile uint32_t lock_a, lock_b;

NOINLINE static void take(volatile uint32_t *lock) {
    while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0) {}
}

NOINLINE static void transfer(volatile uint32_t *from, volatile uint32_t *to) {
    take(from);
    pause_a_while();
    take(to);
}

void hart_main(uint64_t hart) {
    if (hart == 0) transfer(&lock_a, &lock_b);
    else transfer(&lock_b, &lock_a);
}
