// What the workloads share: they exist to be timed from outside, so that the
// speed of simulators can be compared. They repeat the same work REPEAT times,
// which makes some 500 M instructions (each repetition yields the same checksum),
// and always end through semihosting.

#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdint.h>

#include "board.h"
#include "print.h"

/// Opens the console at the clock after reset (reset_clock.c; an STM32F4 reads
/// its flash without wait states then) or at full speed (full_speed.c).
void start_clock(void);

/// A repeatable stream of numbers (Numerical Recipes' generator).
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/// FNV-1a.
static inline uint32_t checksum(const void *bytes, uint32_t size)
{
    const uint8_t *byte = bytes;
    uint32_t hash = 2166136261u;

    while (size-- > 0) hash = (hash ^ *byte++) * 16777619u;
    return hash;
}

/// Repeats the work, prints its checksum and ends the program.
__attribute__((noreturn)) static inline void repeat(const char *name, uint32_t (*work)(void), uint32_t times,
                                                    uint32_t expected)
{
    uint32_t sum = expected;

    for (uint32_t turn = 0; turn < times && sum == expected; turn++) sum = work();
    print("%s: %u times, checksum %08x %s\n", name, times, sum, sum == expected ? "ok" : "WRONG");
    board_exit(sum == expected ? 0 : 1);
}

#endif
