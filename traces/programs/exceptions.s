@ SVC with a result in the frame, PendSV as a tail-chain, stacks and frames with and without FP registers, a fault.
  .include "program.inc"
  .equ process_stack, 0x20000800
  .equ ICSR, 0xE000ED04
  .equ SHCSR, 0xE000ED24
  .equ CFSR, 0xE000ED28
  function main
  push {r4, lr}
  movs r0, #20
  movs r1, #22
  svc 1
  sub sp, #4                    @ a frame that has to be aligned
  svc 2
  add sp, #4
  @ An exception within an IT block.
  cmp r0, r0
  itte eq
  addeq r0, r0, #1
  svceq 3
  movne r0, #0
  @ The process stack.
  ldr r2, =process_stack
  msr psp, r2
  movs r3, #2
  msr control, r3
  isb
  svc 4
  @ A frame with FP registers, saved when the handler uses the FPU.
  vmov.f32 s0, #1.0
  vmov.f32 s15, #-2.0
  svc 5
  vadd.f32 s1, s0, s15
  movs r3, #0
  msr control, r3
  isb
  @ A UsageFault, which skips the instruction.
  ldr r2, =SHCSR
  mov r3, #1 << 18
  str r3, [r2]
  udf #0
  movs r4, #99
  @ PRIMASK holds PendSV back.
  cpsid i
  ldr r2, =ICSR
  mov r3, #1 << 28
  str r3, [r2]
  movs r4, #1
  cpsie i
  movs r4, #2
  pop {r4, pc}

  function svcall
  tst lr, #4
  ite eq
  mrseq r2, msp
  mrsne r2, psp
  ldr r3, [r2, #24]
  ldrb r3, [r3, #-2]
  cmp r3, #5
  bne 1f
  vmov.f32 s0, #5.0
1: ldr r1, [r2]
  add r1, r1, r3
  str r1, [r2]
  mrs r3, ipsr
  ldr r1, =ICSR
  mov r3, #1 << 28
  str r3, [r1]
  bx lr

  function pendsv
  push {r4, lr}
  mrs r4, ipsr
  pop {r4, pc}

  function usage_fault
  ldr r0, =CFSR
  ldr r1, [r0]
  str r1, [r0]
  ldr r1, [sp, #24]
  add r1, #2
  str r1, [sp, #24]
  bx lr
  .ltorg
