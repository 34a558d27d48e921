@ Loads and stores of every width, indexed, unaligned, multiple, double and exclusive.
  .include "program.inc"
  .equ buffer, 0x20000100
  function main
  push {r4-r11, lr}
  ldr r0, =buffer
  ldr r1, =0x89ABCDEF
  str r1, [r0]
  strh r1, [r0, #6]
  strb r1, [r0, #9]
  str.w r1, [r0, #13]           @ unaligned
  strh.w r1, [r0, #19]
  ldr r2, [r0, #13]
  ldr.w r2, [r0, #2]
  ldrh r3, [r0, #1]
  ldrsh.w r3, [r0, #1]
  ldrsb.w r3, [r0, #3]
  ldrb r3, [r0, #3]
  movs r4, #2
  ldr.w r5, [r0, r4, lsl #2]
  str.w r5, [r0, r4, lsl #3]
  ldrsb r5, [r0, r4]
  strb r5, [r0, r4]
  str r1, [r0, #4]!
  str r1, [r0], #8
  ldr r6, [r0, #-4]!
  ldr r6, [r0], #-8
  strd r1, r4, [r0, #32]!
  ldrd r6, r7, [r0], #-8
  ldrd r6, r7, [r0, #8]
  ldr r0, =buffer
  stmia r0!, {r1-r4}
  stmdb r0, {r5, r6}
  ldmdb r0!, {r6-r9}
  ldmia r0, {r0, r2, r10}
  push {r1, r2}
  ldr r8, [sp], #4
  ldr r9, [sp], #4
  mov r11, sp
  sub sp, #64
  str sp, [sp, #8]
  add r7, sp, #32
  mov sp, r11
  ldr r0, =buffer
  ldrex r1, [r0]
  adds r1, r1, #1
  strex r2, r1, [r0]
  strex r2, r1, [r0]            @ the monitor is closed
  ldrexb r1, [r0]
  clrex
  strexb r2, r4, [r0]
  ldrexh r1, [r0]
  strexh r2, r4, [r0]
  ldrt r1, [r0]
  strt r4, [r0, #16]
  ldr r1, =buffer + 8
  ldr r2, [r1]
  ldr.w r2, constant
  ldrh.w r2, constant
  pop {r4-r11, pc}
  .align 2
constant: .word 0x12348765
  .ltorg
