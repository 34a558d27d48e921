// Reads where nothing answers, while SysTick runs.
#define OWN_SYSTICK
#include "program.h"

volatile uint32_t ticks;

void SysTick_Handler(void) { ticks++; }

NOINLINE static uint32_t peek(uint32_t address) { return REGISTER(address); }

NOINLINE static uint32_t probe(void) { return peek(0x30000000) + 1; }

int main(void) {
    start_systick(1000);
    while (ticks < 3) {}
    return (int)probe();
}
