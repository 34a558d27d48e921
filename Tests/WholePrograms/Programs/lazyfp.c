/* FP context: basic and extended frames, lazy stacking, FPCAR, FPDSCR, and what becomes of the registers. */
#include "test.h"
#define FPDSCR REG(0xE000EF3C)
#define LSPACT (FPCCR & 1)

static volatile uint32_t use_fp, exc_return, lspact_before, lspact_after, fpcar, frame, fpscr, s0_in_frame;

__attribute__((used, target("general-regs-only"))) static void observe(uint32_t sp, uint32_t lr) {
  exc_return = lr;
  frame = sp;
  lspact_before = LSPACT;
  fpcar = FPCAR;
  if (use_fp) {                                  /* the first FP instruction saves the old context */
    uint32_t value;
    __asm__ volatile("vmrs %0, fpscr\n vmov s0, %1\n vmov s15, %1" : "=&r"(value) : "r"(0xDEAD) : "memory");
    fpscr = value;
  }
  lspact_after = LSPACT;
  s0_in_frame = lr & 16 ? 0 : ((volatile uint32_t *)sp)[8];
}
__attribute__((naked)) void SVC_Handler(void) { __asm__ volatile("mrs r0, msp\n mov r1, lr\n b observe"); }

static void call(const char *what, int with_fp_context, int handler_uses_fp) {
  use_fp = (uint32_t)handler_uses_fp;
  uint32_t control = MRS(control) & ~4u, s0 = 0, s15 = 0, sp = 0, sp_after = 0;
  MSR(control, control);                         /* FPCA 0 */
  FPCCR &= ~1u;
  if (with_fp_context)
    __asm__ volatile("vmov s0, %4\n vmov s15, %5\n vmsr fpscr, %6\n mov %2, sp\n svc 0\n mov %3, sp\n vmov %0, s0\n vmov %1, s15"
                     : "=&r"(s0), "=&r"(s15), "=&r"(sp), "=&r"(sp_after) : "r"(0x3F800000), "r"(0x40490FDB), "r"(0x00400000)
                     : "r12", "r0", "r1", "r2", "r3", "lr", "memory", "cc");
  else
    __asm__ volatile("mov %0, sp\n svc 0\n mov %1, sp" : "=&r"(sp), "=&r"(sp_after) :: "r12", "r0", "r1", "r2", "r3", "lr", "memory", "cc");
  uint32_t size = sp - frame;
  print("%s\n  EXC_RETURN %x, frame %s, LSPACT %d then %d\n", what, exc_return, size >= 104 ? "extended" : "basic", lspact_before, lspact_after);
  if (lspact_before) print("  FPCAR is the frame + %x\n", fpcar - frame);
  if (handler_uses_fp) print("  FPSCR in the handler %x\n", fpscr);
  if (with_fp_context) print("  S0 in the frame %x; afterwards S0 %x S15 %x\n", lspact_after ? 0 : s0_in_frame, s0, s15);
  print("  afterwards FPCA %d, LSPACT %d, SP %s\n", MRS(control) >> 2 & 1, LSPACT, sp == sp_after ? "restored" : "LOST");
}

void test(void) {
  print("FPCCR %x\n", FPCCR & ~1u);
  FPDSCR = 0x02000000;                           /* default NaN in new contexts */
  call("no FP context, no FP in the handler", 0, 0);
  call("no FP context, FP in the handler", 0, 1);
  call("FP context, no FP in the handler: reserved, never written", 1, 0);
  call("FP context, FP in the handler: saved late", 1, 1);
  FPCCR = 0x80000000;                            /* ASPEN without LSPEN */
  call("LSPEN 0, FP context: saved at once", 1, 0);
  call("LSPEN 0, FP context, FP in the handler", 1, 1);
  FPCCR = 0;                                     /* neither: FPCA is never set */
  call("ASPEN 0, FP context: a basic frame, the registers are the handler's to spoil", 1, 1);
}
