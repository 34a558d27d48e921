// The steps, and the factors, are those of the SDK's sysctl_pll_set_freq.

#include "clock.h"

#include "registers.h"

struct pll {
    uint32_t number;
    uint32_t multiplier, divider;  // of the crystal
    uint32_t locked;               // bits of SYSCTL_PLL_LOCK
    uint32_t clear_slip;
};

// 26 MHz * 62 / 2 = 806 MHz and 26 MHz * 46 / 3 = 398.667 MHz: what the SDK's
// search finds for 800 and 400.
static const struct pll pll0 = {0, 62, 2, 3u << 0, 1u << 2};
static const struct pll pll1 = {1, 46, 3, 1u << 8, 1u << 10};

/// The multiplier is also the loop filter's adjustment.
static uint32_t factors(const struct pll *pll)
{
    return (pll->multiplier - 1) << 4 | (pll->divider - 1) << 10 | (pll->multiplier - 1) << 14;
}

static void wait_microsecond(void)
{
    const uint64_t start = clock_cycles();
    while (clock_cycles() - start < 806 / 2) {  // longer if the clock is slower
    }
}

static void start_pll(const struct pll *pll)
{
    volatile uint32_t *const control = &SYSCTL_PLL(pll->number);

    *control &= ~SYSCTL_PLL_OUTPUT;
    *control &= ~SYSCTL_PLL_POWER;
    *control = factors(pll);
    *control |= SYSCTL_PLL_POWER;
    wait_microsecond();
    *control |= SYSCTL_PLL_RESET;
    wait_microsecond();
    *control &= ~SYSCTL_PLL_RESET;
    while ((SYSCTL_PLL_LOCK & pll->locked) != pll->locked) SYSCTL_PLL_LOCK |= pll->clear_slip;
    *control |= SYSCTL_PLL_OUTPUT;
}

uint32_t clock_start(void)
{
    SYSCTL_CLK_SEL0 &= ~SYSCTL_CLK_SEL0_ACLK_PLL0;
    start_pll(&pll0);
    SYSCTL_CLK_SEL0 |= SYSCTL_CLK_SEL0_ACLK_PLL0;
    return CLOCK_CRYSTAL_HZ / pll0.divider * pll0.multiplier / 2;
}

uint32_t clock_start_kpu(void)
{
    start_pll(&pll1);
    SYSCTL_CLK_TH0 &= ~SYSCTL_CLK_TH0_AI;
    SYSCTL_CLK_EN_PERI |= SYSCTL_CLK_EN_PERI_AI;
    return (uint32_t)((uint64_t)CLOCK_CRYSTAL_HZ * pll1.multiplier / pll1.divider);
}
