#include "clock.h"

#include <stdbool.h>

#include "registers.h"

// HSE 8 MHz / M = 1 MHz, * N = 336 MHz, / P = 168 MHz; Q = 7 gives USB its 48 MHz.
#define PLL_M 8u
#define PLL_N 336u
#define PLL_P_DIV2 0u
#define PLL_Q 7u
#define PLL_SOURCE_HSE (1u << 22)

// The crystal of a Discovery board takes about 2 ms, which is 32000 cycles of
// HSI: a bound of that order lets a board without crystal, or an emulator whose
// RCC is a stub, go on with HSI.
#define READY_POLLS 100000u

static bool ready(volatile uint32_t *status, uint32_t mask, uint32_t wanted)
{
    for (uint32_t polls = 0; polls < READY_POLLS; polls++) {
        if ((*status & mask) == wanted) return true;
    }
    return false;
}

uint32_t clock_start(void)
{
    RCC_CR |= RCC_CR_HSEON;
    if (!ready(&RCC_CR, RCC_CR_HSERDY, RCC_CR_HSERDY)) return CLOCK_HSI_HZ;

    // Above 144 MHz the regulator must be in scale 1.
    RCC_APB1ENR |= RCC_APB1ENR_PWREN;
    (void)RCC_APB1ENR;
    PWR_CR |= PWR_CR_VOS;

    RCC_PLLCFGR = PLL_M | PLL_N << 6 | PLL_P_DIV2 << 16 | PLL_SOURCE_HSE | PLL_Q << 24;
    RCC_CR |= RCC_CR_PLLON;
    if (!ready(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY)) return CLOCK_HSI_HZ;

    // Wait states first: flash must never be read faster than it can answer.
    FLASH_ACR = FLASH_ACR_LATENCY_5WS | FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
    (void)FLASH_ACR;

    RCC_CFGR = RCC_CFGR_PPRE1_DIV4 | RCC_CFGR_PPRE2_DIV2;
    RCC_CFGR |= RCC_CFGR_SW_PLL;
    if (!ready(&RCC_CFGR, RCC_CFGR_SWS_MASK, RCC_CFGR_SWS_PLL)) return CLOCK_HSI_HZ;
    return 168000000u;
}

uint32_t clock_apb1_hz(uint32_t processor_hz)
{
    return processor_hz == CLOCK_HSI_HZ ? processor_hz : processor_hz / 4;
}
