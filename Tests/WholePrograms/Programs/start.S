/* Vector table and reset. Every handler is weak: a test that wants one defines it. */
  .syntax unified
  .thumb

  .macro vector name
  .weak \name
  .set \name, unexpected
  .word \name
  .endm

  .section .vectors, "a"
  .global vectors
vectors:
  .word stack_top
  .word Reset_Handler
  vector NMI_Handler
  .word HardFault_Handler
  .word MemManage_Handler
  .word BusFault_Handler
  .word UsageFault_Handler
  .word 0, 0, 0, 0
  vector SVC_Handler
  vector DebugMon_Handler
  .word 0
  vector PendSV_Handler
  vector SysTick_Handler
  vector IRQ0_Handler
  vector IRQ1_Handler
  vector IRQ2_Handler
  vector IRQ3_Handler
  .rept 78
  .word unexpected
  .endr

  .text
  .thumb_func
  .global Reset_Handler
  .type Reset_Handler, %function
Reset_Handler:
  ldr r0, =data_start
  ldr r1, =data_end
  ldr r2, =data_load
1: cmp r0, r1
  ittt lo
  ldrlo r3, [r2], #4
  strlo r3, [r0], #4
  blo 1b
  ldr r0, =bss_start
  ldr r1, =bss_end
  movs r3, #0
2: cmp r0, r1
  itt lo
  strlo r3, [r0], #4
  blo 2b
  ldr r0, =0xE000ED88        /* CPACR: full access to CP10 and CP11 */
  ldr r1, [r0]
  orr r1, r1, #0xF00000
  str r1, [r0]
  dsb
  isb
  bl test
  movs r0, #0
  b finish

/* Fault handlers: hand the frame to fault(name, frame, EXC_RETURN), then return to where it says. */
  .macro fault_handler name, text
  .weak \name
  .thumb_func
  .type \name, %function
\name:
  ldr r0, =\text
  b common
  .endm
  fault_handler HardFault_Handler, name_hard
  fault_handler MemManage_Handler, name_mem
  fault_handler BusFault_Handler, name_bus
  fault_handler UsageFault_Handler, name_usage

  .thumb_func
common:
  tst lr, #4
  ite eq
  mrseq r1, msp
  mrsne r1, psp
  mov r2, lr
  push {r4, lr}
  bl fault
  pop {r4, lr}
  bx r0

  .thumb_func
  .type unexpected, %function
unexpected:
  mrs r0, ipsr
  b unexpected_exception

  .section .rodata
name_hard:  .asciz "HardFault"
name_mem:   .asciz "MemManage"
name_bus:   .asciz "BusFault"
name_usage: .asciz "UsageFault"
