/* SVC: the immediate, arguments and result through the frame, stack alignment, nesting, IPSR and EXC_RETURN. */
#include "test.h"

__attribute__((used)) static void service(struct frame *frame, uint32_t exc_return) {
  uint8_t number = ((uint8_t *)frame->pc)[-2];
  print("  SVC %d r0 %x EXC_RETURN %x IPSR %d aligned by %s\n", number, frame->r0, exc_return,
        MRS(ipsr), frame->xpsr & 1u << 9 ? "padding" : "luck");
  print("  stacked xPSR exception %d, T %d\n", frame->xpsr & 511, frame->xpsr >> 24 & 1);
  frame->r0 = frame->r0 + frame->r1;
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile("mrs r0, msp\n mov r1, lr\n b service");
}
__attribute__((naked)) void PendSV_Handler(void) {       /* an SVC from a handler: returns to handler mode */
  __asm__ volatile("push {r4, lr}\n movs r0, #1\n movs r1, #1\n svc 9\n pop {r4, pc}");
}

void test(void) {
  register uint32_t r0 __asm__("r0") = 40;
  register uint32_t r1 __asm__("r1") = 2;
  __asm__ volatile("svc 7" : "+r"(r0) : "r"(r1) : "memory");
  uint32_t result = r0;
  print("result %d\n", result);
  r0 = 1;
  r1 = 2;
  __asm__ volatile("push {r4}\n svc 255\n pop {r4}" : "+r"(r0) : "r"(r1) : "memory");
  result = r0;
  print("result %d\n", result);
  SHPR(14) = 0xF0;
  ICSR = ICSR_PENDSVSET;
  barrier();
  print("EXC_RETURN %x is only a number in thread mode\n", 0xFFFFFFF9);
}
