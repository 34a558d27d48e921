#include "plic.h"

#include <stddef.h>

#include "registers.h"

#define MSTATUS_MIE 8
#define MIE_MEIE (1u << 11)

static interrupt_handler handlers[PLIC_SOURCES + 1];

void interrupt_start(void)
{
    for (uint32_t source = 0; source <= PLIC_SOURCES; source += 32) PLIC_ENABLE(0, source) = 0;
    for (uint32_t source = 1; source <= PLIC_SOURCES; source++) PLIC_PRIORITY(source) = 0;
    PLIC_THRESHOLD(0) = 0;
    __asm volatile("csrs mie, %0" : : "r"((uint64_t)MIE_MEIE));
    __asm volatile("csrsi mstatus, %0" : : "i"(MSTATUS_MIE));
}

void interrupt_enable(uint32_t source, interrupt_handler handler)
{
    handlers[source] = handler;
    PLIC_PRIORITY(source) = 1;
    PLIC_ENABLE(0, source) |= 1u << (source % 32);
}

void interrupt_dispatch(void)
{
    uint32_t source;

    while ((source = PLIC_CLAIM(0)) != 0) {
        if (source <= PLIC_SOURCES && handlers[source] != NULL) handlers[source]();
        PLIC_CLAIM(0) = source;
    }
}

void interrupt_wait(volatile bool *flag)
{
    // With interrupts held back nothing can slip in between look and sleep; wfi
    // wakes for a pending interrupt all the same.
    __asm volatile("csrci mstatus, %0" : : "i"(MSTATUS_MIE) : "memory");
    while (!*flag) {
        __asm volatile("wfi");
        __asm volatile("csrsi mstatus, %0\n\tcsrci mstatus, %0" : : "i"(MSTATUS_MIE) : "memory");
    }
    *flag = false;
    __asm volatile("csrsi mstatus, %0" : : "i"(MSTATUS_MIE) : "memory");
}
