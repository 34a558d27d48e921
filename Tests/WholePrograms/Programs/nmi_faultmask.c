/* CPSID f has no effect in NMI, whose priority is already above -1 (DDI 0403E B5.2.1). QEMU 7.2 sets FAULTMASK. */
#include "test.h"
void IRQ0_Handler(void) { print("IRQ0\n"); }
void NMI_Handler(void) {
  __asm__ volatile("cpsid f" ::: "memory");
  print("in NMI after CPSID f: FAULTMASK %d\n", MRS(faultmask));
}
void test(void) {
  NVIC_ISER = 1;
  ICSR = ICSR_NMIPENDSET;
  barrier();
  print("after NMI: FAULTMASK %d\n", MRS(faultmask));
  NVIC_ISPR = 1;
  barrier();
  print("end\n");
}
