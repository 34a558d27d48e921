// Two harts: locks, counters, messages, and an interrupt from one to the other.
#include "test.h"

enum { rounds = 2000 };

static volatile int ready, go, box, full, finished, woken;
static volatile int spin, tickets, serving, reserved;
static volatile u64 counts[6];

static void add(volatile u64 *counter) { *counter = *counter + 1; }

static void swap_lock(void)
{
    while (__atomic_exchange_n(&spin, 1, __ATOMIC_ACQUIRE)) {}
    add(&counts[0]);
    __atomic_store_n(&spin, 0, __ATOMIC_RELEASE);
}

static void ticket_lock(void)
{
    int mine = __atomic_fetch_add(&tickets, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&serving, __ATOMIC_ACQUIRE) != mine) {}
    add(&counts[1]);
    __atomic_store_n(&serving, mine + 1, __ATOMIC_RELEASE);
}

static void reservation_lock(void)
{
    int failed;
    do {
        asm volatile("1: lr.w.aq %0, (%1)\n bnez %0, 1b\n sc.w %0, %2, (%1)"
            : "=&r"(failed) : "r"(&reserved), "r"(1) : "memory");
    } while (failed);
    add(&counts[2]);
    __atomic_store_n(&reserved, 0, __ATOMIC_RELEASE);
}

static void torture(int hart)
{
    for (int i = 0; i < rounds; i++) {
        swap_lock();
        ticket_lock();
        reservation_lock();
        __atomic_fetch_add(&counts[3], 1, __ATOMIC_RELAXED);
        // As a compiler makes a compare-and-swap, with LR and SC.
        u64 old = counts[4];
        while (!__atomic_compare_exchange_n(&counts[4], &old, old + 3, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
    }
    (void)hart;
}

void trap(struct frame *frame)
{
    (void)frame;
    MSIP(read_csr(mhartid)) = 0;
    __atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
}

void second(void)
{
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE)) {}
    torture(1);
    // Messages.
    for (int i = 1; i <= 100; i++) {
        while (__atomic_load_n(&full, __ATOMIC_ACQUIRE)) {}
        box = i;
        __atomic_store_n(&full, 1, __ATOMIC_RELEASE);
    }
    write_csr(mie, 8);
    set_csr(mstatus, 8);
    __atomic_store_n(&finished, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&woken, __ATOMIC_ACQUIRE) < 10) asm volatile("wfi");
    __atomic_store_n(&finished, 2, __ATOMIC_RELEASE);
}

int main(void)
{
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {}
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    torture(0);
    u64 sum = 0;
    for (int i = 1; i <= 100; i++) {
        while (!__atomic_load_n(&full, __ATOMIC_ACQUIRE)) {}
        sum += box;
        __atomic_store_n(&full, 0, __ATOMIC_RELEASE);
    }
    for (int i = 0; i < 5; i++) number("count", counts[i]);
    number("sum", sum);
    end();
    while (__atomic_load_n(&finished, __ATOMIC_ACQUIRE) != 1) {}
    for (int i = 1; i <= 10; i++) {
        MSIP(1) = 1;
        while (__atomic_load_n(&woken, __ATOMIC_ACQUIRE) < i) {}
    }
    while (__atomic_load_n(&finished, __ATOMIC_ACQUIRE) != 2) {}
    number("woken", woken);
    end();
}
