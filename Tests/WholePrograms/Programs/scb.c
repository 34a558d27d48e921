/* Identification and the bits that can be written. The STM32F4 has 4 priority bits; QEMU's board has 8. */
#include "test.h"
void test(void) {
  print("CPUID %x\n", CPUID);
  SHPR(4) = 0xFF; SHPR(11) = 0xFF; SHPR(12) = 0xFF;
  print("SHPR4 %d SHPR11 %d SHPR12 %d\n", SHPR(4), SHPR(11), SHPR(12));
  NVIC_IPR(0) = 0xFF;
  print("IPR0 %d\n", NVIC_IPR(0));
  MSR(basepri, 0xFF);
  print("BASEPRI %d\n", MRS(basepri));
  MSR(basepri, 0);
  SHCSR = 0xFFFF0000;
  print("SHCSR %x\n", SHCSR);
  print("CCR %x\n", CCR);
  SCR = 0xFFFFFFFF;
  print("SCR %x\n", SCR);
  SCR = 0;
  print("CPACR %x\n", CPACR);
  print("ICTR %d\n", REG(0xE000E004));
  print("MVFR0 %x MVFR1 %x\n", REG(0xE000EF40), REG(0xE000EF44));
}
