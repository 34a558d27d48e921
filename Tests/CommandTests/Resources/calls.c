// Recursion, tail calls and longjmp.
#include "program.h"

NOINLINE int factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1) + (n & 0); }

NOINLINE void leaf(int count) {
    for (volatile int i = 0; i < count; i++) {}
}

NOINLINE void tail(volatile int *total) {
    *total += 1;
    leaf(10);
}

static void *environment[5];

NOINLINE void thrower(int value) {
    if (value < 5) __builtin_longjmp(environment, 1);
}

NOINLINE void middle(int value) {
    thrower(value);
    __asm volatile("");
}

int main(void) {
    volatile int tries = 0;
    if (__builtin_setjmp(environment) == 0) { tries = 0; }
    tries++;
    middle(tries);
    tail(&tries);
    return factorial(6) == 720 && tries == 6 ? 0 : 1;
}
