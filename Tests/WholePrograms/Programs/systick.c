/* SysTick, its pending bits in ICSR, COUNTFLAG, and PendSV tail-chained behind it. */
#include "test.h"
static volatile int ticks, switches;
void SysTick_Handler(void) { ticks++; ICSR = ICSR_PENDSVSET; }
void PendSV_Handler(void) { switches++; }
void test(void) {
  SHPR(15) = 0x40;
  SHPR(14) = 0xF0;
  SYST_RVR = 15999;
  SYST_CVR = 0;
  SYST_CSR = 7;                                  /* processor clock, interrupt, enable */
  while (ticks < 5) __asm__ volatile("wfi");
  print("ticks %d, switches %d\n", ticks, switches);
  __asm__ volatile("cpsid i" ::: "memory");
  (void)SYST_CSR;                                /* reading clears COUNTFLAG */
  while (!(SYST_CSR & 1u << 16)) {}
  print("COUNTFLAG, pending %d, ticks %d\n", ICSR >> 26 & 1, ticks);
  print("COUNTFLAG read again %d\n", SYST_CSR >> 16 & 1);
  ICSR = ICSR_PENDSTCLR;
  print("cleared: pending %d\n", ICSR >> 26 & 1);
  SYST_CSR = 5;                                  /* no interrupt */
  while (!(SYST_CSR & 1u << 16)) {}
  print("TICKINT 0: pending %d\n", ICSR >> 26 & 1);
  ICSR = ICSR_PENDSTSET;
  __asm__ volatile("cpsie i\n isb" ::: "memory");
  print("by software: ticks %d, switches %d\n", ticks, switches);
  SYST_CSR = 4;
  uint32_t v = SYST_CVR;
  for (volatile int i = 0; i < 100; i++) {}
  print("stopped: %s\n", SYST_CVR == v ? "stands still" : "still counting");
  SYST_CVR = 1234;
  print("any write to CVR leaves %d\n", SYST_CVR);
  SYST_RVR = 0xFF123456;
  print("RVR is 24 bits: %x\n", SYST_RVR);
}
