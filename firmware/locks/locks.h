// Locks and atomic operations of the A extension, instruction by instruction.

#ifndef LOCKS_H
#define LOCKS_H

#include <stdint.h>

#define AMO(name, type, instruction)                                                                       \
    static inline type name(type *word, type operand)                                                      \
    {                                                                                                      \
        type before;                                                                                       \
        __asm volatile(instruction " %0, %2, %1" : "=r"(before), "+A"(*word) : "r"(operand) : "memory");   \
        return before;                                                                                     \
    }

AMO(amoadd_w, uint32_t, "amoadd.w")
AMO(amoadd_d, uint64_t, "amoadd.d")
AMO(amoor_d, uint64_t, "amoor.d")
AMO(amoxor_d, uint64_t, "amoxor.d")
AMO(amoand_d, uint64_t, "amoand.d")
AMO(amomax_d, int64_t, "amomax.d")
AMO(amomin_d, int64_t, "amomin.d")
AMO(amomaxu_d, uint64_t, "amomaxu.d")
AMO(amominu_d, uint64_t, "amominu.d")
AMO(amoadd_w_acquire, uint32_t, "amoadd.w.aq")
AMO(amoswap_w_acquire, uint32_t, "amoswap.w.aq")
AMO(amoswap_w_release, uint32_t, "amoswap.w.rl")

/// 1 where the word was free and is now taken, else 0.
static inline uint32_t reserve(uint32_t *word)
{
    uint32_t failed = 1, before;

    __asm volatile(
        "lr.w.aq %0, %2\n\t"
        "bnez %0, 1f\n\t"
        "sc.w.rl %1, %3, %2\n"
        "1:"
        : "=&r"(before), "+&r"(failed), "+A"(*word) : "r"(1) : "memory");
    return !failed;
}

static inline void reserved_add(uint64_t *word, uint64_t operand)
{
    uint64_t sum, failed;

    __asm volatile(
        "1: lr.d %0, %2\n\t"
        "add %0, %0, %3\n\t"
        "sc.d %1, %0, %2\n\t"
        "bnez %1, 1b"
        : "=&r"(sum), "=&r"(failed), "+A"(*word) : "r"(operand) : "memory");
}

/// First come, first served.
struct ticket_lock {
    uint32_t next, serving;
};

static inline void ticket_take(struct ticket_lock *lock)
{
    const uint32_t ticket = amoadd_w_acquire(&lock->next, 1);
    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
    }
}

static inline void ticket_give(struct ticket_lock *lock)
{
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

static inline void swap_take(uint32_t *lock)
{
    while (amoswap_w_acquire(lock, 1)) {
    }
}

static inline void swap_give(uint32_t *lock)
{
    amoswap_w_release(lock, 0);
}

static inline void reserved_take(uint32_t *lock)
{
    while (!reserve(lock)) {
    }
}

#endif
