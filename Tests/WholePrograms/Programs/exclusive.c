/* The exclusive monitor: LDREX, STREX, CLREX, other stores, and exceptions, which clear it. */
#include "test.h"
static volatile uint32_t word, other;
void SVC_Handler(void) {}
#define STORE(code) ({ uint32_t failed_; __asm__ volatile(code "\n strex %0, %2, [%1]" : "=&r"(failed_) : "r"(&word), "r"(7), "r"(&other) : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory"); failed_; })
void test(void) {
  word = 1;
  print("STREX after LDREX: %d\n", STORE("ldrex r0, [%1]"));
  print("word %d\n", word);
  print("STREX alone: %d\n", STORE("nop"));
  print("STREX after CLREX: %d\n", STORE("ldrex r0, [%1]\n clrex"));
  print("STREX after an exception: %d\n", STORE("ldrex r0, [%1]\n svc 0"));
  print("STREX twice: %d\n", STORE("ldrex r0, [%1]\n movs r2, #1\n strex r3, r2, [%1]"));
  uint8_t byte = 3; uint32_t failed, value;
  __asm__ volatile("ldrexb %1, [%2]\n adds %1, #1\n strexb %0, %1, [%2]" : "=&r"(failed), "=&r"(value) : "r"(&byte) : "cc", "memory");
  print("LDREXB, STREXB: %d, %d\n", failed, byte);
}
