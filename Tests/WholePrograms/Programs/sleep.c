/* WFI, WFE, SEV, SEVONPEND and SLEEPONEXIT. */
#include "test.h"
static volatile int irqs, ticks;
void IRQ0_Handler(void) { irqs++; }
void SysTick_Handler(void) { if (++ticks == 3) SCR &= ~2u; }
void test(void) {
  __asm__ volatile("sev\n wfe" ::: "memory");
  print("WFE after SEV goes on\n");
  NVIC_ISER = 1;
  __asm__ volatile("cpsid i" ::: "memory");
  NVIC_ISPR = 1;
  __asm__ volatile("wfi" ::: "memory");
  print("WFI with an interrupt pending goes on, handler runs %d\n", irqs);
  __asm__ volatile("cpsie i\n isb" ::: "memory");
  print("now %d\n", irqs);
  NVIC_ICER = 1;
  SCR |= 1u << 4;                                  /* SEVONPEND */
  barrier();
  NVIC_ISPR = 1;
  __asm__ volatile("wfe" ::: "memory");
  print("a disabled interrupt that becomes pending is an event: %d\n", irqs);
  NVIC_ICPR = 1;
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SCR |= 2;                                        /* SLEEPONEXIT: back here only when a handler clears it */
  SYST_CSR = 7;
  __asm__ volatile("wfi" ::: "memory");
  print("after SLEEPONEXIT: ticks %d\n", ticks);
  SYST_CSR = 0;
}
