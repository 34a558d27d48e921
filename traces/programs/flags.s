@ Arithmetic with flags: carries, overflows, multi-word sums, shifts, multiplications, divisions, bit fields.
  .include "program.inc"
  function main
  push {r4-r7, lr}
  movs r0, #0
  mvns r1, r0
  adds r2, r1, #1              @ carry, zero
  adcs r3, r0, r0              @ takes the carry
  movw r4, #0xFFFF
  movt r4, #0x7FFF
  adds r5, r4, #1              @ overflow
  subs r5, r5, #1              @ and back
  sbcs r6, r0, r1              @ borrow
  rsbs r7, r4, #0
  cmp r4, r1
  cmn r4, r1
  tst r4, #0x80000000
  teq r4, r4
  @ A 96-bit sum.
  adds r0, r4, r1
  adcs r2, r1, r1
  adc r3, r3, #0
  @ Shifts, by constants and by registers, and their carries.
  movs r6, #33
  lsls r0, r4, #1
  lsrs r0, r4, #32
  asrs r0, r1, #31
  ror r0, r4, #5
  rrxs r0, r4
  lsls r0, r6
  movs r6, #32
  mov r0, r4
  lsrs r0, r6
  mov r0, r1
  asrs r0, r6
  mov r0, r4
  rors r0, r6
  ands r0, r4, r1, lsl #3
  orns r0, r4, r1, lsr #7
  bics r0, r4, r1, asr #2
  eors r0, r4, r1, ror #13
  @ Multiplications and divisions.
  muls r0, r4, r0
  mla r0, r4, r1, r6
  mls r0, r4, r1, r6
  umull r2, r3, r4, r1
  smull r2, r3, r4, r1
  umlal r2, r3, r4, r1
  smlal r2, r3, r4, r1
  udiv r5, r1, r6
  sdiv r5, r1, r6
  sdiv r5, r4, r1
  movs r6, #0
  udiv r5, r4, r6
  @ Bit fields, reversals, extensions.
  bfi r5, r4, #3, #11
  bfc r5, #5, #4
  ubfx r6, r5, #2, #9
  sbfx r6, r5, #2, #9
  clz r6, r6
  rbit r6, r4
  rev r6, r4
  rev16 r6, r4
  revsh r6, r4
  sxtb r6, r5
  uxth r6, r1
  sxtb r6, r4, ror #24
  @ A loop.
  movs r0, #5
  movs r1, #0
1: adds r1, r1, r0
  subs r0, r0, #1
  bne 1b
  pop {r4-r7, pc}
