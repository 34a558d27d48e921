/* Unprivileged thread mode on the process stack: what it may not do, silently or with a fault, and the way back. */
#include "test.h"
static uint32_t process[128] __attribute__((aligned(8)));
__attribute__((used)) static void service(struct frame *frame, uint32_t exc_return) {
  print("  SVC from %s stack, EXC_RETURN %x, r0 %x, CONTROL %x\n", exc_return & 4 ? "the process" : "the main", exc_return, frame->r0, MRS(control));
  MSR(control, MRS(control) & ~1u);              /* privileged again; the stack changes on return */
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n b service");
}
/* Runs code unprivileged on PSP; r0 is its result. */
#define AS_USER(code) do { \
    MSR(psp, &process[128]); \
    __asm__ volatile("movs r0, #3\n msr control, r0\n isb\n movs r0, #0\n" code "\n svc 0\n movs r0, #0\n msr control, r0\n isb" \
                     ::: "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory"); \
  } while (0)
void test(void) {
  SHCSR |= SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA;
  print("CONTROL as read by a user\n");            AS_USER("mrs r0, control");
  print("MSR CONTROL by a user: ignored\n");       AS_USER("movs r1, #0\n msr control, r1\n isb\n mrs r0, control");
  print("CPSID i by a user: ignored\n");           AS_USER("cpsid i\n mrs r0, primask");
  print("  PRIMASK %d\n", MRS(primask));
  print("MSR BASEPRI by a user: ignored\n");       AS_USER("movs r1, #0x80\n msr basepri, r1\n mrs r0, basepri");
  print("  BASEPRI %x\n", MRS(basepri));
  MSR(basepri, 0xF0);
  print("MRS BASEPRI by a user: reads 0\n");       AS_USER("mrs r0, basepri");
  MSR(basepri, 0);
  print("MRS MSP by a user: reads 0\n");           AS_USER("mrs r0, msp");
  print("MRS IPSR by a user: reads 0\n");          AS_USER("movs r0, #1\n mrs r0, ipsr");
  print("APSR is open to all\n");                  AS_USER("mov r1, #0xF8000000\n msr apsr_nzcvq, r1\n mrs r0, apsr");
  TRY_AS_USER("LDR from ICSR by a user: BusFault", "ldr r0, [r0]", &ICSR, 0);
  TRY_AS_USER("STR to SysTick by a user: BusFault", "str r1, [r0]", &SYST_RVR, 0);
  TRY_AS_USER("STR to STIR by a user: BusFault", "str r1, [r0]", &STIR, 0);
  CCR |= 2;                                        /* USERSETMPEND */
  barrier();
  TRY_AS_USER("STR to STIR with USERSETMPEND", "str r1, [r0]", &STIR, 3);
  print("  ISPR %x\n", NVIC_ISPR & 15);
  print("faults %d\n", faults);
}
