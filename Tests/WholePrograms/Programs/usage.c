/* UsageFault: every cause there is, each with its bit in UFSR (CFSR 31:16) and the stacked PC. */
#include "test.h"

void test(void) {
  SHCSR |= SHCSR_USGFAULTENA;
  static uint32_t words[4] __attribute__((aligned(8)));

  TRY("UDF: UNDEFINSTR", "udf #0", 0, 0);
  TRY("UDF.W: UNDEFINSTR", "udf.w #0", 0, 0);
  TRY("an undefined instruction in an IT block, condition passed", "movs r3, #0\n it eq\n .inst.w 0xf7f0a000", 0, 0);
  TRY("BX to an even address: INVSTATE", "bx r0", 0x08000100, 0);
  TRY("BLX to an even address: INVSTATE", "blx r0", 0x08000100, 0);
  TRY("MRC p7: NOCP", "mrc p7, 0, r0, c0, c0, 0", 0, 0);

  CPACR &= ~0xF00000u;
  barrier();
  TRY("VMOV with the FPU disabled: NOCP", "vmov s0, r0", 0, 0);
  CPACR |= 0xF00000u;
  barrier();

  TRY("LDR unaligned: allowed", "ldr r0, [r1]", 0, (uint32_t)words + 1);
  TRY("LDRH unaligned: allowed", "ldrh r0, [r1]", 0, (uint32_t)words + 3);
  TRY("STR unaligned: allowed", "str r0, [r1]", 0, (uint32_t)words + 2);
  TRY("LDM unaligned: UNALIGNED", "ldmia r1, {r2, r3}", 0, (uint32_t)words + 2);
  TRY("STM unaligned: UNALIGNED", "stmia r1, {r2, r3}", 0, (uint32_t)words + 1);
  TRY("LDRD unaligned: UNALIGNED", "ldrd r2, r3, [r1]", 0, (uint32_t)words + 2);
  TRY("LDREX unaligned: UNALIGNED", "ldrex r0, [r1]", 0, (uint32_t)words + 2);
  TRY("LDREXH unaligned: UNALIGNED", "ldrexh r0, [r1]", 0, (uint32_t)words + 1);
  TRY("VLDR unaligned: UNALIGNED", "vldr s0, [r1]", 0, (uint32_t)words + 2);
  TRY("LDRD at a multiple of 4: allowed", "ldrd r2, r3, [r1]", 0, (uint32_t)words + 4);

  CCR |= CCR_UNALIGN_TRP;
  barrier();
  TRY("LDR unaligned with UNALIGN_TRP", "ldr r0, [r1]", 0, (uint32_t)words + 1);
  TRY("LDRH unaligned with UNALIGN_TRP", "ldrh r0, [r1]", 0, (uint32_t)words + 1);
  TRY("STRH unaligned with UNALIGN_TRP", "strh r0, [r1]", 0, (uint32_t)words + 1);
  TRY("STR at a multiple of 2 with UNALIGN_TRP", "str r0, [r1]", 0, (uint32_t)words + 2);
  TRY("LDRB anywhere with UNALIGN_TRP: allowed", "ldrb r0, [r1]", 0, (uint32_t)words + 1);
  CCR &= ~CCR_UNALIGN_TRP;

  TRY("UDIV by 0: the quotient is 0", "udiv r0, r0, r1", 7, 0);
  CCR |= CCR_DIV_0_TRP;
  barrier();
  TRY("UDIV by 0 with DIV_0_TRP: DIVBYZERO", "udiv r0, r0, r1", 7, 0);
  TRY("SDIV by 0 with DIV_0_TRP: DIVBYZERO", "sdiv r0, r0, r1", 7, 0);
  TRY("SDIV of the most negative by -1: no fault", "sdiv r0, r0, r1", 0x80000000, 0xFFFFFFFF);
  print("faults %d\n", faults);
}
