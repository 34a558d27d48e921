// The inner loops; dot.h says what they compute.

#include "dot.h"

#if KERNELS_DSP

struct weight_pairs {
    uint32_t first, second;
};

SPECIALISED struct weight_pairs widen_weights(const int8_t *weights, bool interleaved)
{
    const uint32_t bytes = load_word(weights);
    const uint32_t even = even_bytes(bytes), odd = odd_bytes(bytes);

    if (interleaved) return (struct weight_pairs){even, odd};
    return (struct weight_pairs){pack_low(even, odd), pack_high(even, odd)};
}

SPECIALISED void dot_2x1(const int8_t *row0, const int8_t *row1, const int16_t *column, int32_t length,
                         bool interleaved, int32_t sums[2])
{
    int32_t sum0 = sums[0], sum1 = sums[1];

    for (; length >= 4; length -= 4, row0 += 4, row1 += 4, column += 4) {
        const uint32_t first = load_word(column), second = load_word(column + 2);
        const struct weight_pairs w0 = widen_weights(row0, interleaved);
        sum0 = multiply_add_pairs(sum0, w0.first, first);
        sum0 = multiply_add_pairs(sum0, w0.second, second);
        const struct weight_pairs w1 = widen_weights(row1, interleaved);
        sum1 = multiply_add_pairs(sum1, w1.first, first);
        sum1 = multiply_add_pairs(sum1, w1.second, second);
    }
    for (; length > 0; length--, column++) {
        sum0 += *row0++ * *column;
        sum1 += *row1++ * *column;
    }
    sums[0] = sum0;
    sums[1] = sum1;
}

SPECIALISED void dot_2x2(const int8_t *row0, const int8_t *row1, const int16_t *column0,
                         const int16_t *column1, int32_t length, bool interleaved, int32_t sums[2][2])
{
    int32_t sum00 = sums[0][0], sum01 = sums[0][1], sum10 = sums[1][0], sum11 = sums[1][1];

    for (; length >= 4; length -= 4, row0 += 4, row1 += 4, column0 += 4, column1 += 4) {
        const struct weight_pairs w0 = widen_weights(row0, interleaved);
        const struct weight_pairs w1 = widen_weights(row1, interleaved);
        const uint32_t first0 = load_word(column0), second0 = load_word(column0 + 2);
        sum00 = multiply_add_pairs(sum00, w0.first, first0);
        sum01 = multiply_add_pairs(sum01, w1.first, first0);
        sum00 = multiply_add_pairs(sum00, w0.second, second0);
        sum01 = multiply_add_pairs(sum01, w1.second, second0);
        const uint32_t first1 = load_word(column1), second1 = load_word(column1 + 2);
        sum10 = multiply_add_pairs(sum10, w0.first, first1);
        sum11 = multiply_add_pairs(sum11, w1.first, first1);
        sum10 = multiply_add_pairs(sum10, w0.second, second1);
        sum11 = multiply_add_pairs(sum11, w1.second, second1);
    }
    for (; length > 0; length--, row0++, row1++, column0++, column1++) {
        sum00 += *row0 * *column0;
        sum01 += *row1 * *column0;
        sum10 += *row0 * *column1;
        sum11 += *row1 * *column1;
    }
    sums[0][0] = sum00;
    sums[0][1] = sum01;
    sums[1][0] = sum10;
    sums[1][1] = sum11;
}

void dot_2x1_interleaved(const int8_t *row0, const int8_t *row1, const int16_t *column, int32_t length,
                         int32_t sums[2])
{
    dot_2x1(row0, row1, column, length, true, sums);
}

void dot_2x2_interleaved(const int8_t *row0, const int8_t *row1, const int16_t *column0, const int16_t *column1,
                         int32_t length, int32_t sums[2][2])
{
    dot_2x2(row0, row1, column0, column1, length, true, sums);
}

void dot_2x1_natural(const int8_t *row0, const int8_t *row1, const int16_t *column, int32_t length,
                     int32_t sums[2])
{
    dot_2x1(row0, row1, column, length, false, sums);
}

void dot_2x2_natural(const int8_t *row0, const int8_t *row1, const int16_t *column0, const int16_t *column1,
                     int32_t length, int32_t sums[2][2])
{
    dot_2x2(row0, row1, column0, column1, length, false, sums);
}

#endif
