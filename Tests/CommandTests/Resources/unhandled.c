// An interrupt without a handler of its own.
#include "program.h"

int main(void) {
    start_systick(1000);
    REGISTER(0xE000E100) = 1u << 28;
    REGISTER(0xE000E200) = 1u << 28;
    for (volatile int i = 0;; i++) {}
}
