#include "test.h"

void put(const char *text) { semihost(4, text); }

void number(const char *name, u64 value)
{
    char digits[20];
    int place = 19;
    digits[place] = 0;
    do {
        digits[--place] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value);
    put(" ");
    put(name);
    put(" ");
    put(digits + place);
}

void end(void) { put("\n"); }

void leave(int code)
{
    u64 reason[2] = {0x20026, code};
    semihost(0x18, reason);
    for (;;) {
    }
}

// Cause, and what mtval has where all implementations agree on it.
void report(struct frame *frame)
{
    u64 cause = read_csr(mcause);
    put("trap");
    number("cause", cause);
    if (cause != 3 && (long)cause >= 0) number("value", read_csr(mtval));
    number("status", read_csr(mstatus) & 0x1888);
    end();
    if (cause == 1) {
        frame->pc = frame->x[0];
    } else if ((long)cause >= 0) {
        frame->pc += (*(unsigned short *)frame->pc & 3) == 3 ? 4 : 2;
    }
}

__attribute__((weak)) void trap(struct frame *frame) { report(frame); }
__attribute__((weak)) void second(void) {}
