// Recurses until the stack has no room.
#include "program.h"

volatile int depth;

__attribute__((noipa)) int recurse(int n) {
    volatile char buffer[200];
    buffer[n & 63] = n;
    depth = n;
    return n < 0 ? 0 : recurse(n + 1) + buffer[3];
}

int main(void) { return recurse(0); }
