/* PRIMASK, BASEPRI, BASEPRI_MAX and FAULTMASK; NMI; WFI under PRIMASK. */
#include "test.h"

void IRQ0_Handler(void) { print("  IRQ0 (0x40)\n"); }
void IRQ1_Handler(void) { print("  IRQ1 (0x80)\n"); }
void IRQ2_Handler(void) {
  __asm__ volatile("cpsid f" ::: "memory");
  print("  IRQ2 sets FAULTMASK %d and returns\n", MRS(faultmask));
}
void NMI_Handler(void) {
  print("  NMI, FAULTMASK %d, IPSR %d\n", MRS(faultmask), MRS(ipsr));
}
static void both(void) { NVIC_ISPR = 3; barrier(); print("  pending %x\n", NVIC_ISPR & 15); }

void test(void) {
  NVIC_IPR(0) = 0x40;
  NVIC_IPR(1) = 0x80;
  NVIC_IPR(2) = 0xC0;
  NVIC_ISER = 7;
  print("no mask\n"); both();
  print("BASEPRI 0x80 holds 0x80 and below\n"); MSR(basepri, 0x80); both();
  print("BASEPRI_MAX only raises: %x", (MSR(basepri_max, 0xC0), MRS(basepri)));
  print(" %x", (MSR(basepri_max, 0x40), MRS(basepri)));
  print(" %x\n", (MSR(basepri_max, 0), MRS(basepri)));
  both();
  print("BASEPRI 0x60: IRQ0\n"); MSR(basepri, 0x60);
  print("BASEPRI 0: IRQ1\n"); MSR(basepri, 0);
  print("PRIMASK holds all\n"); __asm__ volatile("cpsid i" ::: "memory"); both();
  print("  WFI wakes all the same\n"); __asm__ volatile("wfi" ::: "memory");
  print("  awake, PRIMASK %d\n", MRS(primask));
  print("  but not NMI\n"); ICSR = ICSR_NMIPENDSET; barrier();
  print("cleared\n"); __asm__ volatile("cpsie i\n isb" ::: "memory");
  print("FAULTMASK holds all but NMI\n"); __asm__ volatile("cpsid f" ::: "memory"); both();
  ICSR = ICSR_NMIPENDSET; barrier();
  print("  FAULTMASK after NMI %d\n", MRS(faultmask));
  __asm__ volatile("cpsie f\n isb" ::: "memory");
  print("FAULTMASK is cleared by return from a handler\n");
  STIR = 2; barrier();
  print("  FAULTMASK %d\n", MRS(faultmask));
}
