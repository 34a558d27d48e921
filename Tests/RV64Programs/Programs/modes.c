// User and supervisor mode: calls, what is not allowed there, delegation, MRET and SRET.
#include "test.h"

static volatile int back;
static u64 resume;

void trap(struct frame *frame)
{
    report(frame);
    if (back) {
        // To M-mode, behind the call.
        back = 0;
        frame->pc = resume;
        set_csr(mstatus, 3 << 11);
    }
}

// Runs code in a mode until its last ECALL, which comes back to M-mode.
#define in_mode(mode, code) do { \
    clear_csr(mstatus, 3 << 11); \
    set_csr(mstatus, (mode) << 11); \
    back = 0; \
    asm volatile( \
        "la t0, 1f\n csrw mepc, t0\n la t0, 2f\n sd t0, %0\n mret\n" \
        "1: " code "\n la t0, %1\n li t1, 1\n sw t1, (t0)\n ecall\n 2:" \
        : "=m"(resume) : "i"(&back) : "t0", "t1", "t2", "memory"); \
} while (0)

asm(".balign 4\n"
    "supervisor: csrr s2, scause\n csrr s3, sepc\n csrr s4, sstatus\n addi s3, s3, 4\n csrw sepc, s3\n sret\n");
extern char supervisor[];

int main(void)
{
    put("user mode\n");
    in_mode(0UL, "ecall");
    put("what it may not do\n");
    in_mode(0UL, "csrr t2, mstatus\n csrr t2, mscratch\n csrw sscratch, t2\n csrr t2, sstatus\n mret\n sret\n csrr t2, mhartid");
    put("counters\n");
    write_csr(mcounteren, 0);
    in_mode(0UL, "csrr t2, cycle\n csrr t2, instret");
    write_csr(mcounteren, 7);
    write_csr(scounteren, 7);
    in_mode(0UL, "csrr t2, cycle\n csrr t2, instret");
    put("supervisor mode\n");
    in_mode(1UL, "ecall\n csrr t2, sstatus\n csrw sscratch, t2\n csrr t2, mstatus\n mret");
    put("TW, TSR, TVM\n");
    set_csr(mstatus, 7 << 20);
    in_mode(1UL, "sret\n csrr t2, satp\n sfence.vma\n nop");
    clear_csr(mstatus, 7 << 20);
    in_mode(1UL, "csrr t2, satp\n sfence.vma");
    put("delegation\n");
    write_csr(stvec, supervisor);
    write_csr(medeleg, 1 << 2);
    number("medeleg", read_csr(medeleg));
    end();
    u64 cause, status;
    clear_csr(mstatus, 3 << 11);
    write_csr(medeleg, 1 << 2);
    clear_csr(mstatus, 0x122);
    asm volatile(
        "la t0, 1f\n csrw mepc, t0\n la t0, 2f\n sd t0, %2\n mret\n"
        "1: .word 0xffffffff\n la t0, %3\n li t1, 1\n sw t1, (t0)\n ecall\n 2: mv %0, s2\n mv %1, s4"
        : "=r"(cause), "=r"(status), "=m"(resume) : "i"(&back) : "t0", "t1", "s2", "s3", "s4", "memory");
    number("scause", cause);
    number("sstatus", status & 0x122);
    end();
    put("MRET takes MPP to U, MPIE to 1\n");
    number("status", read_csr(mstatus) & 0x1880);
    end();
}
