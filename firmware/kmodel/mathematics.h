// What a C library would have; it is not linked. Errors stay below one unit in
// the last place.

#ifndef MATHEMATICS_H
#define MATHEMATICS_H

#include <stdint.h>

float exponential(float x);
float logarithm(float x);
float sine(float x);
float cosine(float x);

static inline float square_root(float x)
{
    float root;
    __asm("fsqrt.s %0, %1" : "=f"(root) : "f"(x));
    return root;
}

#define FLOAT_TO_INTEGER(name, mode)                                        \
    static inline int32_t name(float x)                                     \
    {                                                                       \
        int32_t result;                                                     \
        __asm("fcvt.w.s %0, %1, " mode : "=r"(result) : "f"(x));            \
        return result;                                                      \
    }

FLOAT_TO_INTEGER(round_to_even, "rne")
FLOAT_TO_INTEGER(round_away, "rmm")
FLOAT_TO_INTEGER(round_down, "rdn")
FLOAT_TO_INTEGER(round_up, "rup")

/// Floats of this size and above are whole numbers.
#define WHOLE_FROM 8388608.0f

static inline float floor_of(float x)
{
    return x > -WHOLE_FROM && x < WHOLE_FROM ? (float)round_down(x) : x;
}

static inline float ceiling_of(float x)
{
    return x > -WHOLE_FROM && x < WHOLE_FROM ? (float)round_up(x) : x;
}

static inline uint8_t to_byte(int32_t value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

#endif
