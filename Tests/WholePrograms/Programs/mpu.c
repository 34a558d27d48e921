/* MPU and MemManage: no access, read-only, execute-never, unprivileged, overlapping regions, subregions, the
   background region. */
#include "test.h"

enum { NONE = 0, PRIVILEGED = 1, READ_FOR_USER = 2, FULL = 3, READ_ONLY = 6 };
static uint32_t block[256] __attribute__((aligned(1024)));

/* size: log2 of the bytes. */
static void region(int number, uint32_t base, int size, int access, int never_execute, int subregions_off) {
  MPU_RNR = number;
  MPU_RBAR = base;
  MPU_RASR = (uint32_t)never_execute << 28 | (uint32_t)access << 24 | (uint32_t)subregions_off << 8 | (uint32_t)(size - 1) << 1 | 1;
  barrier();
}

__attribute__((naked)) void SVC_Handler(void) {       /* back to privileged */
  __asm__ volatile("movs r0, #0\n msr control, r0\n isb\n bx lr");
}

void test(void) {
  SHCSR |= SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA;
  print("MPU_TYPE %x\n", MPU_TYPE);
  block[0] = 11; block[64] = 22; block[128] = 33;
  static const uint16_t code[2] __attribute__((aligned(4))) = { 0x4770, 0xbf00 };    /* bx lr */
  block[32] = code[0] | (uint32_t)code[1] << 16;

  region(7, 0x08000000, 20, READ_ONLY, 0, 0);
  region(0, (uint32_t)block, 10, NONE, 0, 0);
  MPU_CTRL = 5;                                        /* ENABLE, PRIVDEFENA */
  barrier();
  TRY("LDR from a no-access region: DACCVIOL, MMARVALID", "ldr r0, [r0]", block, 0);
  TRY("STR to it", "str r1, [r0]", block + 3, 1);
  TRY("LDRD whose second word is inside it", "ldrd r2, r3, [r0]", (uint32_t)block - 4, 0);
  TRY("beside it, the default map", "ldr r0, [r0]", (uint32_t)block - 4, 0);

  region(0, (uint32_t)block, 10, READ_ONLY, 0, 0);
  TRY("LDR from a read-only region", "ldr r0, [r0]", block, 0);
  TRY("STR to a read-only region: DACCVIOL", "str r1, [r0]", block + 64, 1);
  TRY("call code in it: allowed", "blx r0", (uint32_t)&block[32] + 1, 0);
  region(0, (uint32_t)block, 10, FULL, 1, 0);
  TRY("call code in an execute-never region: IACCVIOL", "blx r0", (uint32_t)&block[32] + 1, 0);
  TRY("call code in the peripheral space: always execute-never", "blx r0", 0x40000001, 0);

  region(1, (uint32_t)block, 9, NONE, 0, 0);
  TRY("a higher region wins where two overlap", "ldr r0, [r0]", block, 0);
  TRY("the lower one holds elsewhere", "ldr r0, [r0]", block + 128, 0);
  region(1, (uint32_t)block, 10, NONE, 0, 0x01);       /* 8 subregions of 128 bytes, the first off */
  TRY("an enabled subregion", "ldr r0, [r0]", block + 32, 0);
  TRY("a disabled subregion lets the lower region through", "ldr r0, [r0]", block, 0);
  MPU_RNR = 1; MPU_RASR = 0;
  barrier();

  region(0, (uint32_t)block, 10, PRIVILEGED, 0, 0);
  region(2, 0x20010000, 16, FULL, 0, 0);               /* the stack */
  TRY("privileged access", "ldr r0, [r0]", block, 0);
  TRY("LDRT by privileged code is an unprivileged access: DACCVIOL", "ldrt r0, [r0]", block, 0);
  TRY_AS_USER("LDR by unprivileged code: DACCVIOL", "ldr r0, [r0]", block, 0);
  region(0, (uint32_t)block, 10, READ_FOR_USER, 0, 0);
  TRY_AS_USER("LDR by unprivileged code, readable", "ldr r0, [r0]", block, 0);
  TRY_AS_USER("STR by unprivileged code: DACCVIOL", "str r1, [r0]", block, 1);
  TRY_AS_USER("no background region for unprivileged code: DACCVIOL", "ldr r0, [r0]", 0x10000000, 0);
  TRY_AS_USER("LDR from the SCS by unprivileged code: BusFault, not MemManage", "ldr r0, [r0]", 0xE000ED00, 0);

  MPU_RNR = 0; MPU_RASR = 0;
  region(0, 0x20000000, 17, FULL, 0, 0);
  MPU_CTRL = 1;                                        /* no background region at all */
  barrier();
  TRY("no background region: DACCVIOL", "ldr r0, [r0]", 0x40000000, 0);
  TRY("but always the private peripherals", "ldr r0, [r0]", 0xE000ED00, 0);
  MPU_CTRL = 0;
  barrier();
  print("block %d %d %d, faults %d\n", block[0], block[64], block[128], faults);
}
