// Waits for a flag of RCC that nobody is going to set: PLLI2SRDY.
#include "program.h"

NOINLINE static void wait_ready(void) {
    while (!(REGISTER(0x40023800) & 1u << 27)) {}
}

int main(void) {
    wait_ready();
    return 0;
}
