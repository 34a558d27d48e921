#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define CLOCK_CRYSTAL_HZ 26000000u

/// Cycles of the processor since reset.
static inline uint64_t clock_cycles(void)
{
    uint64_t cycles;
    __asm volatile("csrr %0, mcycle" : "=r"(cycles));
    return cycles;
}

/// From the crystal to 403 MHz: PLL0 at 806 MHz, divided by two. Returns the
/// processor clock in Hz.
uint32_t clock_start(void);

/// PLL1 at 398.667 MHz, which clocks the KPU undivided. Returns it in Hz.
uint32_t clock_start_kpu(void);

#endif
