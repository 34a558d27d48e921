// Vector table and reset for the STM32F407 (RM0090 table 62).

#include <stdint.h>

#include "registers.h"

extern uint32_t link_data_start[], link_data_end[], link_data_load[];
extern uint32_t link_bss_start[], link_bss_end[];
extern uint32_t link_stack_top[];

int main(void);
void board_finish(int code);

void Reset_Handler(void)
{
    // Full access to CP10 and CP11 before the first floating-point instruction.
    SCB_CPACR |= 0xFu << 20;
    __asm volatile("dsb\n\tisb" ::: "memory");

    const uint32_t *load = link_data_load;
    for (uint32_t *word = link_data_start; word < link_data_end; word++) *word = *load++;
    for (uint32_t *word = link_bss_start; word < link_bss_end; word++) *word = 0;
    board_finish(main());
}

// A breakpoint that a debugger finds; weak names, so that a program can have its own.
void Default_Handler(void)
{
    for (;;) {
    }
}

#define HANDLER(name) void name(void) __attribute__((weak, alias("Default_Handler")))
HANDLER(NMI_Handler);
HANDLER(HardFault_Handler);
HANDLER(MemManage_Handler);
HANDLER(BusFault_Handler);
HANDLER(UsageFault_Handler);
HANDLER(SVC_Handler);
HANDLER(DebugMon_Handler);
HANDLER(PendSV_Handler);
HANDLER(SysTick_Handler);

typedef void (*vector)(void);

#define INTERRUPTS 82

__attribute__((section(".vectors"), used)) const vector vector_table[16 + INTERRUPTS] = {
    (vector)link_stack_top,
    Reset_Handler,
    NMI_Handler,
    HardFault_Handler,
    MemManage_Handler,
    BusFault_Handler,
    UsageFault_Handler,
    [11] = SVC_Handler,
    DebugMon_Handler,
    [14] = PendSV_Handler,
    SysTick_Handler,
    [16 ... 16 + INTERRUPTS - 1] = Default_Handler,
};
