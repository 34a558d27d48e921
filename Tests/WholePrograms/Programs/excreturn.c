/* EXC_RETURN: the valid values, the invalid ones (INVPC), returns whose frame does not fit the mode they go to,
   NONBASETHRDENA, and how the return happens (BX, POP, LDM, LDR). */
#include "test.h"

/* r0: the value to return with, r1: what to put into the frame's xPSR exception number. */
__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile("mrs r2, msp\n ldr r3, [r2, #28]\n orr r3, r3, r1\n str r3, [r2, #28]\n mov lr, r0\n bx lr");
}
__attribute__((naked)) void PendSV_Handler(void) { __asm__ volatile("push {r4, lr}\n pop {r4, pc}"); }
__attribute__((naked)) void IRQ0_Handler(void) { __asm__ volatile("mov r3, lr\n push {r2, r3}\n ldmia sp!, {r2, pc}"); }
__attribute__((naked)) void IRQ1_Handler(void) { __asm__ volatile("push {lr}\n sub sp, #4\n ldr r0, [sp, #4]\n add sp, #8\n push {r0}\n ldr pc, [sp], #4"); }

/* The fault is taken in place of the return: the frame is still SVC's, on the main stack, and LR repeats the
   EXC_RETURN that was wrong (DDI 0403E B1.5.8). */
__attribute__((used)) static void invalid(struct frame *frame, uint32_t exc_return) {
  print("  EXC_RETURN seen by the handler %x, exception in the frame %d\n", exc_return, frame->xpsr & 511);
  fault("UsageFault", frame, exc_return);
  frame->xpsr &= ~511u;
}
__attribute__((naked)) void UsageFault_Handler(void) {
  __asm__ volatile("mrs r0, msp\n mov r1, lr\n push {r4, lr}\n bl invalid\n pop {r4, lr}\n mvn r0, #6\n bx r0");
}

#define RETURN_WITH(what, value, number) TRY(what, "svc 0", value, number)

void test(void) {
  SHCSR |= SHCSR_USGFAULTENA;
  MSR(control, MRS(control) & ~4u);                       /* no FP context */
  RETURN_WITH("FFFFFFF9: thread, main stack", 0xFFFFFFF9, 0);
  RETURN_WITH("FFFFFFF1 with no other handler active: INVPC", 0xFFFFFFF1, 0);
  RETURN_WITH("FFFFFFF5: INVPC", 0xFFFFFFF5, 0);
  RETURN_WITH("FFFFFFF0: INVPC", 0xFFFFFFF0, 0);
  RETURN_WITH("to thread mode with an exception number in xPSR: INVPC", 0xFFFFFFF9, 14);
  print("POP, LDM and LDR return too\n");
  ICSR = ICSR_PENDSVSET; barrier();
  NVIC_ISER = 3;
  NVIC_ISPR = 1; barrier();
  NVIC_ISPR = 2; barrier();
  print("faults %d, active %x, SHCSR %x\n", faults, NVIC_IABR & 15, SHCSR & 0xFFF);
}
