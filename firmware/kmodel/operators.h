// The arithmetic of the processor's layers, whatever file they come from.
// Tensors are [channel][row][column] unless a comment says otherwise.

#ifndef OPERATORS_H
#define OPERATORS_H

#include <stdbool.h>
#include <stdint.h>

#define LAYER static __attribute__((noinline)) void

/// For functions that take an operation which must be known inside their loop.
#define SPECIALISED static inline __attribute__((always_inline))

struct limits {
    float minimum, maximum;
};

static inline float limited(float value, struct limits limits)
{
    return value < limits.minimum ? limits.minimum : value > limits.maximum ? limits.maximum : value;
}

/// value * mul / 2^shift, rounded to nearest, ties up.
static inline int32_t scaled(int32_t value, int32_t mul, int32_t shift)
{
    const int64_t product = (int64_t)value * mul;
    return (int32_t)(shift > 0 ? (product + (1ll << (shift - 1))) >> shift : product);
}

void softmax(float *output, const float *input, uint32_t rows, uint32_t columns, float beta);

/// Copies `rows` times a piece of each input in turn.
struct piece {
    const uint8_t *from;
    uint64_t size;
};
void concatenate(uint8_t *output, const struct piece *pieces, uint32_t count, uint32_t rows);

void matrix_product(float *output, const float *a, const float *b, const float *bias, uint32_t rows, uint32_t inner,
                    uint32_t columns, struct limits limits);

struct resize {
    int32_t planes, in_height, in_width, out_height, out_width;
    bool align_corners;
};
void resize_nearest_bytes(uint8_t *output, const uint8_t *input, const struct resize *resize);
void resize_nearest_floats(float *output, const float *input, const struct resize *resize);
void resize_bilinear_bytes(uint8_t *output, const uint8_t *input, const struct resize *resize);
void resize_bilinear_floats(float *output, const float *input, const struct resize *resize);

#endif
