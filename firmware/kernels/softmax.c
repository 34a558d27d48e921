// Softmax in fixed point. A Qn number has n integer bits, a sign and 31 - n
// fraction bits; the product of a Qa and a Qb is a Q(a + b).

#include "fixed_point.h"
#include "kernels.h"

#define ONE_Q0 INT32_MAX
#define ONE_Q2 (1 << 29)

#define DIFFERENCE_BITS 5   // scaled differences are Q5
#define SUM_BITS 12         // the sum of the exponentials is Q12

/// e^x for a Q0 number in [-1/4, 0): the Taylor series about -1/8 to the fourth power.
static int32_t exponential_of_quarter(int32_t value)
{
    const int32_t exponential_of_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t x = value + (1 << 28);
    const int32_t x2 = multiply_high(x, x);
    const int32_t x3 = multiply_high(x2, x);
    const int32_t x4 = multiply_high(x2, x2);
    const int32_t x4_over_4 = divide_by_power_of_two(x4, 2);
    const int32_t tail = divide_by_power_of_two(multiply_high(x4_over_4 + x3, third) + x2, 1);

    return exponential_of_minus_eighth + multiply_high(exponential_of_minus_eighth, x + tail);
}

/// e^x for a Q5 number, not positive; the result is Q0.
static int32_t exponential(int32_t value)
{
    // e^-(2^n) in Q0 for n = -2 .. 4.
    static const int32_t factors[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = 1 << (31 - DIFFERENCE_BITS - 2);

    if (value == 0) return ONE_Q0;
    const int32_t below_quarter = (value & (quarter - 1)) - quarter;
    const int32_t rest = below_quarter - value;
    int32_t result = exponential_of_quarter(multiply_by_power_of_two(below_quarter, DIFFERENCE_BITS));
    for (int bit = 0; bit < 7; bit++) {
        if (rest & quarter << bit) result = multiply_high(result, factors[bit]);
    }
    return result;
}

/// 1 / (1 + x) for a Q0 number in [0, 1], by three Newton-Raphson steps.
static int32_t reciprocal_of_one_plus(int32_t x)
{
    const int32_t half_denominator = (int32_t)(((int64_t)x + ONE_Q0 + 1) / 2);
    const int32_t c48_over_17 = 1515870810, minus_c32_over_17 = -1010580540;  // Q2
    int32_t estimate = c48_over_17 + multiply_high(half_denominator, minus_c32_over_17);

    for (int step = 0; step < 3; step++) {
        const int32_t error = ONE_Q2 - multiply_high(half_denominator, estimate);
        estimate += multiply_by_power_of_two(multiply_high(estimate, error), 2);
    }
    // Half of this Q2 number has the same digits as a Q1.
    return multiply_by_power_of_two(estimate, 1);
}

static void softmax_row(const struct softmax *layer, const int8_t *input, int8_t *output)
{
    int32_t greatest = INT8_MIN;
    for (int32_t index = 0; index < layer->columns; index++) {
        if (input[index] > greatest) greatest = input[index];
    }

    int32_t sum = 0;
    for (int32_t index = 0; index < layer->columns; index++) {
        const int32_t difference = input[index] - greatest;
        if (difference < layer->difference_minimum) continue;
        sum += divide_by_power_of_two(exponential(rescale(difference, layer->multiplier, layer->shift)), SUM_BITS);
    }

    // sum = (1 + fraction) * 2^(integer bits), so that only the fraction needs a reciprocal.
    const int32_t headroom = __builtin_clz((uint32_t)sum);
    const int32_t fraction = (int32_t)(((uint32_t)sum << headroom) - (1u << 31));
    const int32_t scale = reciprocal_of_one_plus(fraction);
    const int32_t integer_bits = SUM_BITS - headroom;

    for (int32_t index = 0; index < layer->columns; index++) {
        const int32_t difference = input[index] - greatest;
        if (difference < layer->difference_minimum) {
            output[index] = INT8_MIN;
            continue;
        }
        const int32_t value = exponential(rescale(difference, layer->multiplier, layer->shift));
        const int32_t share = divide_by_power_of_two(multiply_high(scale, value), integer_bits + 31 - 8);
        output[index] = (int8_t)clamp_to(share + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void int8_softmax(const struct softmax *layer, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < layer->rows; row++) {
        softmax_row(layer, input + row * layer->columns, output + row * layer->columns);
    }
}
