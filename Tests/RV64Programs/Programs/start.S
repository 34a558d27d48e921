# Both harts begin here; hart 0 runs main, hart 1 runs second.
        .section .text.start
        .globl  _start
_start: csrr    t0, mhartid
        la      t1, entry
        csrw    mtvec, t1
        li      t1, 0x2000              # mstatus.FS: Initial
        csrs    mstatus, t1
        # Where there is memory protection, everything is allowed to every mode.
        li      t1, -1
        csrw    pmpaddr0, t1
        li      t1, 0x1f
        csrw    pmpcfg0, t1
        la      sp, stack0
        beqz    t0, 1f
        la      sp, stack1
        call    second
0:      wfi
        j       0b
1:      call    main
        li      a0, 0
        tail    leave

# Saves x1 to x31, and calls trap() with their place; x0's place takes mepc, which trap() may change.
        .balign 4
        .globl  entry
entry:
        addi    sp, sp, -256
        .irp    n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        sd      x\n, 8*\n(sp)
        .endr
        addi    t0, sp, 256
        sd      t0, 16(sp)
        csrr    t0, mepc
        sd      t0, 0(sp)
        mv      a0, sp
        call    trap
        ld      t0, 0(sp)
        csrw    mepc, t0
        .irp    n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        ld      x\n, 8*\n(sp)
        .endr
        addi    sp, sp, 256
        mret

# long semihost(long operation, const void *argument)
        .globl  semihost
        .balign 16
        .option push
        .option norvc
semihost:
        slli    x0, x0, 0x1f
        ebreak
        srai    x0, x0, 7
        ret
        .option pop
