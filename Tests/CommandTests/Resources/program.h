// What every program here begins with: a vector table, handlers that do nothing but branch to themselves, and an end by
// semihosting.

#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

int main(void);

void Default_Handler(void) {
    for (;;) {}
}

#define HANDLER(name) void name(void) __attribute__((weak, alias("Default_Handler")))
HANDLER(HardFault_Handler);
HANDLER(TIM2_IRQHandler);
#ifdef OWN_SYSTICK
void SysTick_Handler(void);
#else
HANDLER(SysTick_Handler);
#endif

static inline void semihosting(uint32_t operation, const void *parameter) {
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = parameter;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static inline void print(const char *text) { semihosting(0x04, text); }

static inline void start_systick(uint32_t period) {
    REGISTER(0xE000E014) = period - 1;
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 7;
}

void Reset_Handler(void) {
    // SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit.
    uint32_t block[2] = {0x20026, (uint32_t)main()};
    semihosting(0x20, block);
    for (;;) {}
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + 82] = {
    [0] = 0x20020000,
    [1] = (uintptr_t)Reset_Handler,
    [3] = (uintptr_t)HardFault_Handler,
    [15] = (uintptr_t)SysTick_Handler,
    [16 + 28] = (uintptr_t)TIM2_IRQHandler,
};

#define NOINLINE __attribute__((noinline))

#endif
