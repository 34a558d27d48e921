/* The vector table moved to SRAM, and a handler exchanged at run time. */
#include "test.h"
extern uint32_t vectors[];
static uint32_t table[128] __attribute__((aligned(512)));
void SVC_Handler(void) { print("  from flash\n"); }
static void first(void) { print("  from SRAM, first\n"); }
static void second(void) { print("  from SRAM, second\n"); }
void test(void) {
  print("VTOR %x\n", VTOR);
  __asm__ volatile("svc 0" ::: "memory");
  for (int i = 0; i < 98; i++) table[i] = vectors[i];
  table[11] = (uint32_t)first;
  VTOR = (uint32_t)table;
  barrier();
  __asm__ volatile("svc 0" ::: "memory");
  table[11] = (uint32_t)second;
  barrier();
  __asm__ volatile("svc 0" ::: "memory");
  VTOR = (uint32_t)vectors;
  barrier();
  __asm__ volatile("svc 0" ::: "memory");
}
