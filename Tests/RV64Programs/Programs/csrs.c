// What control registers keep of what is written.
#include "test.h"

#define try(name, value) do { write_csr(name, value); number(#name, read_csr(name)); end(); } while (0)

int main(void)
{
    try(mscratch, 0x123456789abcdef0);
    try(mepc, 0x80000002);
    try(mcause, 5);
    try(mcause, 1UL << 63 | 7);
    try(mtval, 0xfedcba9876543210);
    try(sscratch, -1);
    try(sepc, 0x1236);
    try(mcounteren, 7);
    try(scounteren, 0);
    try(satp, 0);
    u64 vector = read_csr(mtvec);
    write_csr(mtvec, 0x80001001);
    number("mtvec", read_csr(mtvec));
    write_csr(mtvec, vector);
    end();
    put("floating point\n");
    try(fcsr, 0xfff);
    number("frm", read_csr(frm));
    number("fflags", read_csr(fflags));
    end();
    try(frm, 3);
    try(fflags, 0x3f);
    number("fcsr", read_csr(fcsr));
    number("FS", read_csr(mstatus) >> 13 & 3);
    number("SD", read_csr(mstatus) >> 63);
    end();
    put("off\n");
    clear_csr(mstatus, 3 << 13);
    asm volatile("csrr t0, fcsr" ::: "t0");
    asm volatile("fmv.d.x ft0, zero");
    asm volatile(".option push\n .option norvc\n fld ft0, (sp)\n .option pop");
    asm volatile(".hword 0x2002"); // c.fldsp ft0, 0(sp)
    number("SD", read_csr(mstatus) >> 63);
    end();
    set_csr(mstatus, 1 << 13);
    put("on\n");
    asm volatile("fmv.d.x ft0, zero");
    number("FS", read_csr(mstatus) >> 13 & 3);
    end();
    put("reserved rounding modes\n");
    write_csr(frm, 5);
    asm volatile("fadd.d ft0, ft0, ft0, dyn");
    asm volatile("fadd.d ft0, ft0, ft0, rne");
    asm volatile("fmin.d ft0, ft0, ft0");
    write_csr(frm, 0);
    asm volatile(".word 0x02005053"); // fadd.d with rounding mode 5
    put("set and clear\n");
    u64 old;
    write_csr(mscratch, 0xff);
    asm volatile("csrrc %0, mscratch, %1" : "=r"(old) : "r"(0xfUL));
    number("old", old);
    asm volatile("csrrsi %0, mscratch, 5" : "=r"(old));
    number("old", old);
    asm volatile("csrrw %0, mscratch, %0" : "+r"(old));
    number("old", old);
    number("new", read_csr(mscratch));
    end();
}
