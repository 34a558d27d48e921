/* BusFault: precise data faults and instruction fetch. The write buffer is off, so that
   stores are precise on silicon too (ACTLR.DISDEFWBUF). */
#include "test.h"



void test(void) {
  SHCSR |= SHCSR_BUSFAULTENA;
  ACTLR |= 2;
  barrier();
  TRY("LDR from nowhere: PRECISERR, BFARVALID", "ldr r0, [r0]", NOWHERE + 16, 0);
  TRY("LDRB from nowhere", "ldrb r0, [r0, #3]", NOWHERE, 0);
  TRY("STR to nowhere", "str r1, [r0]", NOWHERE + 4, 1);
  TRY("LDRD from nowhere", "ldrd r2, r3, [r0]", NOWHERE + 8, 0);
  TRY("LDM from nowhere", "ldmia r0, {r2, r3}", NOWHERE + 32, 0);
  TRY("BLX to nowhere: IBUSERR", "blx r0", NOWHERE + 1, 0);
  print("faults %d\n", faults);
}
