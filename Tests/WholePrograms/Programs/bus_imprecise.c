/* BusFault on a buffered store: IMPRECISERR, no BFAR. QEMU has no write buffer and reports it as precise. */
#include "test.h"
__attribute__((used)) static void report(struct frame *frame) {
  print("BusFault: CFSR %x, taken %s the store\n", CFSR, frame->pc > at ? "behind" : "at");
  finish(0);
}
__attribute__((naked)) void BusFault_Handler(void) { __asm__ volatile("mrs r0, msp\n b report"); }
void test(void) {
  SHCSR |= SHCSR_BUSFAULTENA;
  barrier();
  TRY("STR to nowhere, buffered", "str r1, [r0]", NOWHERE + 4, 1);
}
