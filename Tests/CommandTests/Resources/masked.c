// Stops as error handlers do: interrupts masked, an endless loop, while SysTick runs.
#include "program.h"

NOINLINE static void Error_Handler(void) {
    __asm volatile("cpsid i");
    for (;;) {}
}

int main(void) {
    start_systick(1000);
    Error_Handler();
    return 0;
}
