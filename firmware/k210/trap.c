// Where every trap of both harts arrives: interrupts go to their handlers,
// anything else is reported and ends the program.

#include <stdint.h>

#include "board.h"
#include "harts.h"
#include "plic.h"
#include "print.h"

#define INTERRUPT (1ull << 63)
#define EXTERNAL_INTERRUPT (INTERRUPT | 11)
#define BREAKPOINT 3u
#define EXIT_CODE_OF_TRAPS 128

#define READ_CSR(name)                                      \
    ({                                                      \
        uint64_t value;                                     \
        __asm volatile("csrr %0, " #name : "=r"(value));    \
        value;                                              \
    })

extern const char semihosting_breakpoint[];

static const char *name_of(uint64_t cause)
{
    static const char *const names[] = {
        "instruction address misaligned", "instruction access fault", "illegal instruction", "breakpoint",
        "load address misaligned", "load access fault", "store address misaligned", "store access fault",
    };

    return cause < sizeof names / sizeof *names ? names[cause] : "other trap";
}

static void report(uint64_t cause, uint64_t pc)
{
    const uint64_t value = READ_CSR(mtval);

    print("hart %u: %s (mcause %u) at %08x, mtval %08x%08x\n", hart_id(), name_of(cause), (uint32_t)cause,
          (uint32_t)pc, (uint32_t)(value >> 32), (uint32_t)value);
}

__attribute__((interrupt("machine"), aligned(4))) void trap_entry(void);

void trap_entry(void)
{
    const uint64_t cause = READ_CSR(mcause), pc = READ_CSR(mepc);

    if (cause == EXTERNAL_INTERRUPT) {
        interrupt_dispatch();
        return;
    }
    // Nobody heard the program's end: sleep, as a plain board does.
    if (cause == BREAKPOINT && pc == (uintptr_t)semihosting_breakpoint) {
        for (;;) __asm volatile("wfi");
    }
    report(cause, pc);
    board_finish(EXIT_CODE_OF_TRAPS + (int)(cause & 0x3F));
}
