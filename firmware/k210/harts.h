#ifndef HARTS_H
#define HARTS_H

#include <stdint.h>

/// The number of the hart that asks: 0 or 1.
static inline uint32_t hart_id(void)
{
    uint64_t id;
    __asm volatile("csrr %0, mhartid" : "=r"(id));
    return (uint32_t)id;
}

/// Lets hart 1 run `work` once; returns at once. Hart 1 sleeps until then, and
/// again when `work` has returned.
void hart_1_start(void (*work)(void));

/// What hart 1 does from reset on.
__attribute__((noreturn)) void hart_wait_for_work(void);

#endif
