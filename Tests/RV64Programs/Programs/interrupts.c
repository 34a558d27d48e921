// Software and timer interrupts: enabling, priority, what is saved, the vectored mode, WFI.
#include "test.h"

static volatile int quiet, taken;

void trap(struct frame *frame)
{
    u64 cause = read_csr(mcause);
    if (quiet) {
        taken++;
    } else {
        report(frame);
    }
    if (cause == (1UL << 63 | 3)) MSIP(0) = 0;
    if (cause == (1UL << 63 | 7)) MTIMECMP(0) = -1;
}

static void settle(void) { for (volatile int i = 0; i < 100; i++) {} }

// mip follows the timer soon, not at once.
static void await(u64 bits) { while ((read_csr(mip) & bits) != bits) {} }

// The vectors are those of 0, 3 and 7.
asm(".balign 256\n"
    "vectors: .option push\n .option norvc\n"
    "j entry\n j bad\n j bad\n j software\n j bad\n j bad\n j bad\n j timer\n"
    ".option pop\n"
    "bad: li a0, 1\n j leave\n"
    "software: la s10, 0x3\n j entry\n"
    "timer: la s11, 0x7\n j entry\n");
extern char vectors[];

int main(void)
{
    MTIMECMP(0) = -1;
    put("pending\n");
    MSIP(0) = 1;
    await(8);
    number("mip", read_csr(mip) & 0x88);
    MTIMECMP(0) = 0;
    await(0x88);
    number("mip", read_csr(mip) & 0x88);
    end();
    put("enabled in mie, not in mstatus\n");
    write_csr(mie, 0x88);
    settle();
    put("enabled in both: software before timer\n");
    set_csr(mstatus, 8);
    settle();
    clear_csr(mstatus, 8);
    number("mip", read_csr(mip) & 0x88);
    number("status", read_csr(mstatus) & 0x1888);
    end();
    put("enabled in mstatus, not in mie\n");
    write_csr(mie, 0);
    MSIP(0) = 1;
    set_csr(mstatus, 8);
    settle();
    put("enabled by mie\n");
    write_csr(mie, 8);
    settle();
    put("WFI with interrupts masked goes on\n");
    clear_csr(mstatus, 8);
    MSIP(0) = 1;
    asm volatile("wfi");
    number("mip", read_csr(mip) & 0x88);
    end();
    MSIP(0) = 0;
    put("WFI until the timer\n");
    write_csr(mie, 0x80);
    set_csr(mstatus, 8);
    u64 wanted = MTIME + 1000;
    MTIMECMP(0) = wanted;
    while (!(read_csr(mie) & 0)) {
        asm volatile("wfi");
        if (MTIMECMP(0) == -1UL) break;
    }
    number("late enough", MTIME >= wanted);
    end();
    put("many\n");
    quiet = 1;
    for (int i = 0; i < 50; i++) {
        int before = taken;
        MTIMECMP(0) = MTIME + i;
        while (taken == before) {}
    }
    number("taken", taken);
    end();
    put("vectors\n");
    clear_csr(mstatus, 8);
    quiet = 0;
    write_csr(mtvec, (u64)vectors | 1);
    write_csr(mie, 0x88);
    u64 one, two;
    MSIP(0) = 1;
    MTIMECMP(0) = 0;
    await(0x88);
    asm volatile("li s10, 0\n li s11, 0\n csrsi mstatus, 8\n nop\n nop\n ecall\n csrci mstatus, 8\n mv %0, s10\n mv %1, s11"
        : "=r"(one), "=r"(two) :: "s10", "s11", "memory");
    put("done\n");
}
