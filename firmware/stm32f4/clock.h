#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define CLOCK_HSI_HZ 16000000u

/// Switches from the 16 MHz HSI to 168 MHz: HSE 8 MHz through the PLL, five
/// wait states with caches and prefetch, APB1 at 42 MHz, APB2 at 84 MHz.
/// Returns the processor clock in Hz, which stays CLOCK_HSI_HZ if the crystal
/// or the PLL does not come up.
uint32_t clock_start(void);

/// Clock of APB1, where USART2 sits, at that processor clock.
uint32_t clock_apb1_hz(uint32_t processor_hz);

#endif
