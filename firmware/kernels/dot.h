// Sums of products of int8 weights and widened columns: the inner loops of
// convolution and fully connected layers on cores with the DSP extension.
// They are functions of their own because they need every register.
//
// A column is the input of one output pixel, widened to 16 bits with the input
// offset added. It comes in one of two orders. In natural order the weights'
// bytes have to be packed into neighbours; in interleaved order each group of
// four is stored as 0 2 1 3, which is how SXTB16 hands out the weights anyway.
// What remains after the last whole group is natural in both.

#ifndef DOT_H
#define DOT_H

#include "dsp.h"

#if KERNELS_DSP

#include <stdbool.h>

/// Widens `length` neighbours in interleaved order.
static inline void widen_interleaved(const int8_t *input, int32_t length, int32_t offset, int16_t *column)
{
    const uint32_t offsets = both_halves(offset);

    for (; length >= 4; length -= 4, input += 4, column += 4) {
        const uint32_t bytes = load_word(input);
        store_word(column, add_even_bytes(offsets, bytes));
        store_word(column + 2, add_odd_bytes(offsets, bytes));
    }
    for (; length > 0; length--) *column++ = (int16_t)(*input++ + offset);
}

static inline void widen_natural(const int8_t *input, int32_t length, int32_t offset, int16_t *column)
{
    for (; length > 0; length--) *column++ = (int16_t)(*input++ + offset);
}

/// Two rows of weights by one column, added to sums[row].
void dot_2x1_interleaved(const int8_t *row0, const int8_t *row1, const int16_t *column, int32_t length,
                         int32_t sums[2]);
void dot_2x1_natural(const int8_t *row0, const int8_t *row1, const int16_t *column, int32_t length,
                     int32_t sums[2]);

/// Two rows of weights by two columns, added to sums[column][row].
void dot_2x2_interleaved(const int8_t *row0, const int8_t *row1, const int16_t *column0, const int16_t *column1,
                         int32_t length, int32_t sums[2][2]);
void dot_2x2_natural(const int8_t *row0, const int8_t *row1, const int16_t *column0, const int16_t *column1,
                     int32_t length, int32_t sums[2][2]);

#endif

#endif
