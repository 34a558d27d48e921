// Exceptions: cause, mtval, where they return to.
#include "test.h"

int main(void)
{
    put("illegal instructions\n");
    asm volatile(".word 0xffffffff");
    asm volatile(".word 0x0000705b");
    asm volatile(".hword 0");
    asm volatile("csrw cycle, x0");
    asm volatile("csrr t0, 0x123" ::: "t0");
    asm volatile("csrw 0x7c0, t0");
    put("calls\n");
    asm volatile("ecall");
    asm volatile("ebreak");
    asm volatile("c.ebreak");
    put("nothing there\n");
    volatile u64 *nowhere = (volatile u64 *)0x800;
    (void)*nowhere;
    *nowhere = 1;
    asm volatile("lr.d t0, (%0)" :: "r"(nowhere) : "t0");
    (void)*(volatile u64 *)0x10000000000;
    asm volatile("fld ft0, (%0)" :: "r"(nowhere));
    put("no code there\n");
    asm volatile("jalr ra, %0" :: "r"(nowhere) : "ra");
    asm volatile("jalr ra, 3(%0)" :: "r"(0x7fe) : "ra");
    put("a destination keeps its value\n");
    u64 kept = 5;
    asm volatile("ld %0, (%1)" : "+r"(kept) : "r"(nowhere));
    number("kept", kept);
    end();
}
