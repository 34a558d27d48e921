/* CCR.BFHFNMIGN: at priority -1 a data BusFault is noted and ignored, the usual way to probe for memory.
   QEMU 7.2 has no BFHFNMIGN and locks up. */
#include "test.h"
void test(void) {
  SHCSR |= SHCSR_BUSFAULTENA;
  ACTLR |= 2;                                /* DISDEFWBUF */
  CCR |= 1u << 8;                            /* BFHFNMIGN */
  __asm__ volatile("cpsid f" ::: "memory");
  TRY("LDR from nowhere at priority -1", "ldr r0, [r0]", NOWHERE, 0);
  print("  CFSR %x\n", CFSR);
  CFSR = CFSR;
  TRY("STR to nowhere at priority -1", "str r0, [r0]", NOWHERE + 8, 0);
  print("  CFSR %x BFAR %x\n", CFSR, BFAR);
  CFSR = CFSR;
  __asm__ volatile("cpsie f" ::: "memory");
}
