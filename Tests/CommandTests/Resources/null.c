// Calls a function through a null pointer.
#include "program.h"

void (*volatile callback)(void);

NOINLINE static void dispatch(int count) {
    for (int i = 0; i < count; i++) callback();
}

int main(void) {
    dispatch(callback ? 1 : 3);
    return 0;
}
