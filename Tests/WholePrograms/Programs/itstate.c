/* What an exception inside an IT block leaves in xPSR, and that execution goes on as if nothing
   had happened. */
#include "test.h"
__attribute__((used)) static volatile uint32_t xpsr;
__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile("mrs r0, msp\n ldr r0, [r0, #28]\n movw r1, #:lower16:xpsr\n movt r1, #:upper16:xpsr\n str r0, [r1]\n"
                   "movs r0, #0\n cmp r0, #1\n bx lr");          /* spoils the flags, which are restored */
}
static uint32_t it_bits(uint32_t x) { return (x >> 8 & 0xFC) | (x >> 25 & 3); }
void test(void) {
  uint32_t r;
  __asm__ volatile("movs %0, #0\n cmp %0, #0\n itttt eq\n addeq %0, #1\n svceq 0\n addeq %0, #2\n addeq %0, #4" : "=&l"(r) :: "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
  print("ITTTT EQ, SVC second: result %d, IT %x\n", r, it_bits(xpsr));
  __asm__ volatile("movs %0, #0\n cmp %0, #0\n itete eq\n addeq %0, #1\n addne %0, #8\n svceq 0\n addne %0, #16" : "=&l"(r) :: "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
  print("ITETE EQ, SVC third: result %d, IT %x\n", r, it_bits(xpsr));
  xpsr = 0;
  __asm__ volatile("movs %0, #0\n cmp %0, #1\n itte eq\n svceq 0\n addeq %0, #1\n addne %0, #32" : "=&l"(r) :: "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
  print("ITTE EQ, not taken: result %d, SVC %s\n", r, xpsr ? "taken" : "skipped");
  __asm__ volatile("mov r1, #0xF8000000\n msr apsr_nzcvq, r1\n svc 0\n mrs %0, apsr" : "=&r"(r) :: "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
  print("flags across an exception %x, in the frame %x\n", r, xpsr & 0xF8000000);
}
