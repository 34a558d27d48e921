/* A vector without the Thumb bit: the handler is entered and its first instruction raises INVSTATE. */
#include "test.h"
extern uint32_t vectors[];
static uint32_t table[128] __attribute__((aligned(512)));
void SVC_Handler(void) { print("not reached\n"); }
__attribute__((used)) static void report(struct frame *frame) {
  print("UsageFault: CFSR %x, from exception %d, T %d, PC is the handler %d\n", CFSR, frame->xpsr & 511, frame->xpsr >> 24 & 1,
        frame->pc == ((uint32_t)SVC_Handler & ~1u));
  finish(0);
}
__attribute__((naked)) void UsageFault_Handler(void) { __asm__ volatile("mrs r0, msp\n b report"); }
void test(void) {
  for (int i = 0; i < 98; i++) table[i] = vectors[i];
  table[11] = (uint32_t)SVC_Handler & ~1u;
  VTOR = (uint32_t)table;
  SHPR(11) = 0x80;                                   /* below UsageFault, which could not preempt it otherwise */
  SHCSR |= SHCSR_USGFAULTENA;
  barrier();
  __asm__ volatile("svc 0" ::: "memory");
}
