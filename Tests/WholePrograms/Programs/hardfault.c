/* Escalation to HardFault: faults not enabled, priorities that forbid them, SVC where it cannot be taken, BKPT
   without a debugger, a vector table that cannot be read. */
#include "test.h"

void SVC_Handler(void) { print("  SVC taken\n"); }
void PendSV_Handler(void) {
  TRY("UDF in a handler above UsageFault's priority: FORCED", "udf #0", 0, 0);
  TRY("SVC in a handler above SVCall's priority: FORCED", "svc 0", 0, 0);
}

void test(void) {
  TRY("UDF, UsageFault disabled: FORCED", "udf #0", 0, 0);
  TRY("LDR from nowhere, BusFault disabled: FORCED", "ldr r0, [r0]", NOWHERE, 0);
  SHCSR |= SHCSR_USGFAULTENA | SHCSR_BUSFAULTENA;
  TRY("UDF, UsageFault enabled", "udf #0", 0, 0);
  __asm__ volatile("cpsid i" ::: "memory");
  TRY("UDF under PRIMASK: FORCED", "udf #0", 0, 0);
  TRY("SVC under PRIMASK: FORCED", "svc 0", 0, 0);
  __asm__ volatile("cpsie i" ::: "memory");
  SHPR(6) = 0x40;
  MSR(basepri, 0x40);
  TRY("UDF under BASEPRI at its priority: FORCED", "udf #0", 0, 0);
  MSR(basepri, 0x50);
  TRY("UDF under a BASEPRI below it", "udf #0", 0, 0);
  MSR(basepri, 0);
  TRY("SVC", "svc 0", 0, 0);
  SHPR(11) = 0x80;
  SHPR(14) = 0x20;
  ICSR = ICSR_PENDSVSET;
  barrier();
  TRY("BKPT 1 without a debugger: DEBUGEVT", "bkpt 1", 0, 0);
  print("faults %d\n", faults);
}
