/* A fault in the HardFault handler: lockup. Nothing may be printed after it. QEMU stops with "Lockup". */
#include "test.h"
void HardFault_Handler(void) {
  print("in HardFault: HFSR %x, now another fault\n", HFSR);
  __asm__ volatile("udf #0");
  print("still running\n");
}
void test(void) {
  print("before\n");
  __asm__ volatile("udf #0");
  print("not reached\n");
}
