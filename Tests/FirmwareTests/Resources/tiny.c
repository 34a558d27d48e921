/* A firmware made for the tests of Firmware: see Makefile. */
#include <stdint.h>

/* Flag o (SHF_LINK_ORDER) ties a record to the section of its code: the linker keeps and removes both together. */
#define MARK(text, ...)                                                                                            \
    __asm volatile(".Lmark%=:\n\t.pushsection .simulate.layers,\"o\",%%progbits,.Lmark%=\n\t.balign 4\n\t"         \
                   ".word .Lmark%=\n\t.asciz \"" text "\"\n\t.balign 4\n\t.popsection" : : __VA_ARGS__)
#define MARK_BEGIN(name, macs) MARK("begin %0 %1", "r"(name), "r"(macs) : "memory")
#define MARK_END() MARK("end", "i"(0) : "memory")

int32_t weights[4] = {1, 2, 3, 4};
volatile int32_t result;
static uint8_t scratch[64];

int32_t scale(int32_t value, int32_t by);
extern int32_t twice(int32_t value);

static inline __attribute__((always_inline)) int32_t square(int32_t x) {
    result = x;
    return x * x;
}

__attribute__((noinline)) int32_t sum_of_squares(const int32_t *values, int32_t count) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += square(values[i]);
    return sum;
}

/* Nobody calls it: the linker removes it, and its marker with it. */
void unused(void) {
    MARK_BEGIN("unused", 1);
    result = 7;
}

__attribute__((weak)) void handler(void) {
    for (;;) {}
}
void other_handler(void) __attribute__((weak, alias("handler")));

int main(void) {
    MARK_BEGIN("squares", 4);
    int32_t sum = sum_of_squares(weights, 4);
    MARK_END();
    scratch[sum & 63] = 1;
    result = scale(twice(sum), scratch[3]);
    return 0;
}
