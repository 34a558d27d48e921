#include "mathematics.h"

#define LN_2 0.693147180559945309417
#define PI_HALVES 1.57079632679489661923
#define QUADRANTS_PER_RADIAN 0.63661977236758134308

static double power_of_two(int32_t exponent)
{
    const union {
        uint64_t bits;
        double value;
    } result = {.bits = (uint64_t)(exponent + 1023) << 52};
    return result.value;
}

/// e^x = 2^k * e^r with r within half of ln 2, where the series is short.
float exponential(float x)
{
    if (x > 89.0f) return __builtin_inff();
    if (x < -104.0f) return 0.0f;
    if (x != x) return x;

    const double turns = x / LN_2;
    const int32_t k = (int32_t)(turns < 0 ? turns - 0.5 : turns + 0.5);
    const double r = x - k * LN_2;
    double sum = 1.0;
    for (int term = 9; term > 0; term--) sum = 1.0 + sum * r * (1.0 / term);
    return (float)(sum * power_of_two(k));
}

/// ln(2^k * m) = k ln 2 + 2 artanh((m - 1) / (m + 1)), m near 1.
float logarithm(float x)
{
    if (x == 0.0f) return -__builtin_inff();
    if (!(x > 0.0f)) return __builtin_nanf("");
    if (x == __builtin_inff()) return x;

    union {
        double value;
        uint64_t bits;
    } parts = {.value = x};
    int32_t k = (int32_t)(parts.bits >> 52) - 1023;
    parts.bits = (parts.bits & 0xFFFFFFFFFFFFF) | 1023ull << 52;
    if (parts.value > 1.41421356) {
        parts.value *= 0.5;
        k++;
    }
    const double s = (parts.value - 1) / (parts.value + 1), square = s * s;
    double sum = 0;
    for (int power = 13; power > 0; power -= 2) sum = sum * square + 1.0 / power;
    return (float)(k * LN_2 + 2 * s * sum);
}

/// sin(x + quadrant * pi / 2).
static float sine_from(float x, int64_t quadrant)
{
    if (!(x > -1e9f && x < 1e9f)) return __builtin_nanf("");

    const double quadrants = x * QUADRANTS_PER_RADIAN;
    const int64_t k = (int64_t)(quadrants < 0 ? quadrants - 0.5 : quadrants + 0.5);
    const double r = x - (double)k * PI_HALVES, square = r * r;
    const int odd = (quadrant + k) & 1, negative = (quadrant + k) >> 1 & 1;
    // Odd quadrants take the series of the cosine.
    double sum = 1.0;
    for (int term = odd ? 14 : 15; term > 2; term -= 2) sum = 1.0 - sum * square / (term * (term - 1));
    if (odd) {
        sum = 1.0 - sum * square / 2;
    } else {
        sum *= r;
    }
    return (float)(negative ? -sum : sum);
}

float sine(float x)
{
    return sine_from(x, 0);
}

float cosine(float x)
{
    return sine_from(x, 1);
}
