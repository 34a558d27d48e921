// Fixed-point arithmetic as TFLite and gemmlowp define it.

#ifndef FIXED_POINT_H
#define FIXED_POINT_H

#include <stdint.h>

/// High half of twice the product, rounded to nearest, ties towards plus
/// infinity, saturated. (The reference rounds by adding +-2^30 and dividing
/// towards zero, which is the same number.)
static inline int32_t multiply_high(int32_t a, int32_t b)
{
    if (a == b && a == INT32_MIN) return INT32_MAX;
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/// The same where b is known not to be INT32_MIN, as multipliers are.
static inline int32_t multiply_high_by_factor(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/// value / 2^exponent, rounded to nearest, ties away from zero.
static inline int32_t divide_by_power_of_two(int32_t value, int32_t exponent)
{
    const int32_t mask = (int32_t)((1u << exponent) - 1);
    const int32_t threshold = (mask >> 1) + (value < 0);
    return (value >> exponent) + ((value & mask) > threshold);
}

/// value * 2^exponent, saturated.
static inline int32_t multiply_by_power_of_two(int32_t value, int32_t exponent)
{
    const int32_t limit = INT32_MAX >> exponent;
    if (value > limit) return INT32_MAX;
    if (value < -limit - 1) return INT32_MIN;
    return (int32_t)((uint32_t)value << exponent);
}

/// value * multiplier * 2^(shift - 31), rounded twice as the reference does:
/// once after the product, once after the right shift.
static inline int32_t rescale(int32_t value, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)value << left);
    return divide_by_power_of_two(multiply_high_by_factor(shifted, multiplier), right);
}

static inline int32_t clamp_to(int32_t value, int32_t minimum, int32_t maximum)
{
    if (value < minimum) return minimum;
    if (value > maximum) return maximum;
    return value;
}

#endif
