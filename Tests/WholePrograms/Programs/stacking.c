/* Faults of exception entry and return themselves: STKERR, UNSTKERR, MSTKERR and MUNSTKERR. */
#include "test.h"

static uint32_t process[128] __attribute__((aligned(512)));
static volatile int mode;

/* Faults here leave no usable frame: the handlers repair PSP themselves. */
__attribute__((used)) static void repair(const char *name) {
  print("  %s: CFSR %x HFSR %x\n", name, CFSR, HFSR);
  CFSR = CFSR;
  HFSR = HFSR;
  MPU_CTRL = 0;
  barrier();
  struct frame *frame = (struct frame *)&process[40];
  *frame = (struct frame){ .pc = resume, .xpsr = 1u << 24 };
  MSR(psp, frame);
  faults++;
}
static const char bus[] = "BusFault", memory[] = "MemManage";
__attribute__((naked)) void BusFault_Handler(void) {
  __asm__ volatile("push {r4, lr}\n mov r0, %0\n bl repair\n pop {r4, pc}" :: "r"(bus));
}
__attribute__((naked)) void MemManage_Handler(void) {
  __asm__ volatile("push {r4, lr}\n mov r0, %0\n bl repair\n pop {r4, pc}" :: "r"(memory));
}
void SVC_Handler(void) {
  print("  SVC\n");
  if (mode == 1) MSR(psp, NOWHERE + 0x100);
  if (mode == 2) {                                   /* the frame becomes inaccessible while we are here */
    MPU_RNR = 0; MPU_RBAR = (uint32_t)process; MPU_RASR = 1u << 28 | 8u << 1 | 1;   /* 512 bytes, no access */
    MPU_CTRL = 5;
    barrier();
  }
}

/* Thread mode runs on PSP here, handlers on MSP. */
#define ON_PSP(what, psp_value) do { \
    print("%s\n", what); \
    MSR(psp, psp_value); \
    __asm__ volatile( \
      "movw r2, #:lower16:resume\n movt r2, #:upper16:resume\n adr.w r3, 9f\n str r3, [r2]\n" \
      "movs r2, #2\n msr control, r2\n isb\n svc 0\n 9: movs r2, #0\n msr control, r2\n isb\n" \
      ::: "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory"); \
  } while (0)

void test(void) {
  SHCSR |= SHCSR_BUSFAULTENA | SHCSR_MEMFAULTENA;
  SHPR(11) = 0x80;                                   /* SVC below the faults */
  ON_PSP("a good stack", &process[60]);
  ON_PSP("PSP points nowhere: STKERR, and the BusFault comes first", NOWHERE + 0x100);
  mode = 1;
  ON_PSP("PSP points nowhere on return: UNSTKERR", &process[60]);
  mode = 2;
  ON_PSP("the MPU forbids the frame on return: MUNSTKERR", &process[60]);
  mode = 0;
  MPU_RNR = 0; MPU_RBAR = (uint32_t)process; MPU_RASR = 1u << 28 | 8u << 1 | 1;
  MPU_CTRL = 5;
  barrier();
  ON_PSP("the MPU forbids the frame on entry: MSTKERR", &process[60]);
  MPU_CTRL = 0;
  print("faults %d\n", faults);
}
