// Both harts begin here, and a debugger is called from here.

#define STACK_SHIFT 15          // 32 KiB a hart, as in k210.ld
#define HARTS 2
#define MSTATUS_FS (3 << 13)

    .section .entry, "ax"
    .globl _start
    .type _start, @function
_start:
    csrw mie, zero
    csrci mstatus, 8
    la t0, trap_entry
    csrw mtvec, t0
    // Without this the first floating-point instruction is illegal.
    li t0, MSTATUS_FS
    csrs mstatus, t0
    fscsr zero
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    li tp, 0
    csrr a0, mhartid
    li t0, HARTS
    bgeu a0, t0, 1f
    la sp, link_stacks_start
    addi t0, a0, 1
    slli t0, t0, STACK_SHIFT
    add sp, sp, t0
    tail start
1:  wfi
    j 1b
    .size _start, . - _start

// long semihosting(long operation, const void *block). The three instructions
// are a debugger's sign: not compressed, and within one page.
    .section .text.semihosting, "ax"
    .balign 16
    .option push
    .option norvc
    .globl semihosting
    .type semihosting, @function
semihosting:
    slli x0, x0, 0x1f
    .globl semihosting_breakpoint
semihosting_breakpoint:
    ebreak
    srai x0, x0, 7
    ret
    .size semihosting, . - semihosting
    .option pop
