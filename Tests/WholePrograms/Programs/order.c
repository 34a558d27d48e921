/* Priorities: preemption, equal priorities, priority groups, tail-chaining, late pending, STIR, NVIC registers. */
#include "test.h"

static int depth;
static void enter(const char *name) { print("%s%s in, active %x\n", "    " + (4 - 2 * depth), name, NVIC_IABR & 15); depth++; }
static void leave(const char *name) { depth--; print("%s%s out\n", "    " + (4 - 2 * depth), name); }
static volatile int script;

void IRQ0_Handler(void) {
  enter("IRQ0");
  if (script == 1) { STIR = 1; barrier(); }               /* lower priority: waits */
  leave("IRQ0");
}
void IRQ1_Handler(void) {
  enter("IRQ1");
  if (script == 2) { STIR = 0; barrier(); }               /* higher priority: preempts */
  if (script == 3) { NVIC_ISPR = 4; barrier(); }          /* equal priority: waits */
  if (script == 4) { NVIC_ISPR = 2; barrier(); }          /* itself: again after return */
  if (script == 4) script = 0;
  leave("IRQ1");
}
void IRQ2_Handler(void) { enter("IRQ2"); leave("IRQ2"); }
void IRQ3_Handler(void) { enter("IRQ3"); NVIC_IPR(3) = 0xE0; NVIC_ISPR = 1; barrier(); leave("IRQ3"); }
void PendSV_Handler(void) { enter("PendSV"); leave("PendSV"); }
void SVC_Handler(void) { enter("SVC"); ICSR = ICSR_PENDSVSET; NVIC_ISPR = 1; barrier(); leave("SVC"); }

void test(void) {
  NVIC_IPR(0) = 0x40;
  NVIC_IPR(1) = 0x80;
  NVIC_IPR(2) = 0x80;
  NVIC_IPR(3) = 0x20;
  SHPR(14) = 0xF0;
  NVIC_ISPR = 2;
  print("IRQ1 pending but disabled: ISPR %x, ICSR.VECTPENDING %d, ISRPENDING %d\n", NVIC_ISPR & 15, ICSR >> 12 & 511, ICSR >> 22 & 1);
  NVIC_ICPR = 2;
  NVIC_ISER = 15;
  print("enabled %x\n", NVIC_ISER & 15);

  print("a lower priority waits\n"); script = 1; STIR = 0; barrier();
  print("a higher priority preempts\n"); script = 2; STIR = 1; barrier();
  print("an equal priority waits\n"); script = 3; STIR = 1; barrier();
  print("an interrupt that pends itself runs again\n"); script = 4; STIR = 1; barrier();
  script = 0;
  print("all at once: priority first, then the lower number\n");
  __asm__ volatile("cpsid i" ::: "memory");
  NVIC_ISPR = 7;
  ICSR = ICSR_PENDSVSET;
  barrier();
  print("pending %x, first %d\n", NVIC_ISPR & 15, (ICSR >> 12 & 511) - 16);
  __asm__ volatile("cpsie i\n isb" ::: "memory");
  print("SVC pends PendSV and IRQ0: tail-chained by priority\n");
  SHPR(11) = 0x30;
  __asm__ volatile("svc 0" ::: "memory");

  print("PRIGROUP 6: bits 7 only preempt, 0x40 and 0x20 are one group\n");
  AIRCR = 0x05FA0000 | 6 << 8;
  script = 2; STIR = 1; barrier();
  NVIC_IPR(0) = 0x20; NVIC_IPR(1) = 0x40;
  print("now IRQ0 cannot preempt IRQ1\n");
  script = 2; STIR = 1; barrier();
  AIRCR = 0x05FA0000;
  AIRCR = 0x12340000 | 5 << 8;                            /* the wrong key: ignored */
  print("AIRCR %x\n", AIRCR);
  NVIC_IPR(0) = 0x40;
  print("a priority lowered while active takes effect\n");
  STIR = 3; barrier();
  NVIC_ICER = 15;
  print("disabled %x\n", NVIC_ISER & 15);
}
