// LR, SC and AMOs: results, and when SC fails.
#include "test.h"

static u64 place[32] __attribute__((aligned(64)));

#define amo(name, value, operand) do { \
    u64 old; \
    place[0] = (value); \
    asm volatile(#name " %0, %2, (%1)" : "=r"(old) : "r"(place), "r"((u64)(operand)) : "memory"); \
    put(#name); \
    number("old", old); \
    number("new", place[0]); \
    end(); \
} while (0)

int main(void)
{
    u64 v = 0x8000000180000001, o = 0x7fffffff00000002;
    amo(amoadd.w, v, o); amo(amoadd.d, v, o); amo(amoswap.w, v, o); amo(amoswap.d, v, o);
    amo(amoxor.w, v, o); amo(amoxor.d, v, o); amo(amoand.w, v, o); amo(amoand.d, v, o);
    amo(amoor.w, v, o); amo(amoor.d, v, o); amo(amomin.w, v, o); amo(amomin.d, v, o);
    amo(amomax.w, v, o); amo(amomax.d, v, o); amo(amominu.w, v, o); amo(amominu.d, v, o);
    amo(amomaxu.w, v, o); amo(amomaxu.d, v, o);
    u64 read, failed;
    place[0] = 0x1111111180000000;
    asm volatile("lr.w %0, (%2)\n sc.w %1, %3, (%2)" : "=&r"(read), "=&r"(failed) : "r"(place), "r"(7UL) : "memory");
    put("LR, SC");
    number("read", read);
    number("failed", failed);
    number("memory", place[0]);
    end();
    asm volatile("sc.w %0, %2, (%1)" : "=&r"(failed) : "r"(place), "r"(8UL) : "memory");
    put("SC again");
    number("failed", failed);
    number("memory", place[0]);
    end();
    asm volatile("lr.d %0, (%2)\n sc.d %1, %3, (%4)"
        : "=&r"(read), "=&r"(failed) : "r"(place), "r"(9UL), "r"(place + 16) : "memory");
    put("SC elsewhere");
    number("failed", failed);
    number("memory", place[16]);
    end();
    asm volatile("sc.d %0, %2, (%1)" : "=&r"(failed) : "r"(place), "r"(10UL) : "memory");
    put("the reservation is gone");
    number("failed", failed);
    end();
}
