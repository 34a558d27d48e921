// Two kernels, run twice; SysTick strikes in the second pass.
#define OWN_SYSTICK
#include "program.h"

volatile uint32_t ticks;
volatile int sum;

NOINLINE static void work(int count) {
    for (volatile int i = 0; i < count; i++) {}
}

void SysTick_Handler(void) {
    ticks++;
    work(20);
}

__attribute__((noipa)) void int8_add(int count, int a, int b, int c) {
    for (int i = 0; i < count; i++) sum += a + b + c;
}

__attribute__((noipa)) void int8_relu(int count, int a, int b, int c) {
    for (int i = 0; i < count; i++) sum -= a + b + c;
}

NOINLINE static void pass(void) {
    int8_add(5000, 1, 2, 3);
    int8_relu(2000, 1, 2, 3);
}

int main(void) {
    for (int i = 0; i < 2; i++) {
        if (i == 1) start_systick(1000);
        pass();
    }
    return 0;
}
