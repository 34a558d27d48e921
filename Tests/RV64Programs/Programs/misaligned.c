// What QEMU 7.2 does otherwise than the manuals say, or than harts without misaligned accesses do.
//
// Misaligned accesses trap. Unprivileged manual, 2.6: with an "address-misaligned exception" where the execution
// environment does not handle them; AMO, LR and SC: 8.2, 8.4.
#include "test.h"

static u64 place[4];

int main(void)
{
    char *p = (char *)place;
    place[0] = 0x1122334455667788;
    asm volatile("lh t0, 1(%0)" :: "r"(p) : "t0");
    asm volatile("lhu t0, 3(%0)" :: "r"(p) : "t0");
    asm volatile("lw t0, 2(%0)" :: "r"(p) : "t0");
    asm volatile("lwu t0, 1(%0)" :: "r"(p) : "t0");
    asm volatile("ld t0, 4(%0)" :: "r"(p) : "t0");
    asm volatile("flw ft0, 2(%0)" :: "r"(p));
    asm volatile("fld ft0, 4(%0)" :: "r"(p));
    asm volatile("sh t0, 1(%0)" :: "r"(p));
    asm volatile("sw t0, 2(%0)" :: "r"(p));
    asm volatile("sd t0, 4(%0)" :: "r"(p));
    asm volatile("fsw ft0, 1(%0)" :: "r"(p));
    asm volatile("fsd ft0, 1(%0)" :: "r"(p));
    asm volatile("lr.w t0, (%0)" :: "r"(p + 2) : "t0");
    asm volatile("lr.d t0, (%0)" :: "r"(p + 4) : "t0");
    asm volatile("sc.w t0, t1, (%0)" :: "r"(p + 2) : "t0");
    asm volatile("amoadd.w t0, t1, (%0)" :: "r"(p + 2) : "t0");
    asm volatile("amoswap.d t0, t1, (%0)" :: "r"(p + 4) : "t0");
    put("an AMO where nothing is\n");
    asm volatile("amoadd.d t0, t1, (%0)" :: "r"(0x800) : "t0");
    put("bit 0 of mepc and sepc\n");
    write_csr(mepc, 0x80000003);
    number("mepc", read_csr(mepc));
    write_csr(sepc, 0x1235);
    number("sepc", read_csr(sepc));
    end();
    number("unchanged", place[0]);
    end();
}
