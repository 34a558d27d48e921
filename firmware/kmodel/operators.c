#include "operators.h"

#include "mathematics.h"

void softmax(float *output, const float *input, uint32_t rows, uint32_t columns, float beta)
{
    for (; rows > 0; rows--, input += columns, output += columns) {
        float greatest = input[0], sum = 0;

        for (uint32_t index = 1; index < columns; index++) {
            if (input[index] > greatest) greatest = input[index];
        }
        for (uint32_t index = 0; index < columns; index++) {
            output[index] = exponential((input[index] - greatest) * beta);
            sum += output[index];
        }
        for (uint32_t index = 0; index < columns; index++) output[index] /= sum;
    }
}

void concatenate(uint8_t *output, const struct piece *pieces, uint32_t count, uint32_t rows)
{
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t index = 0; index < count; index++) {
            const uint64_t size = pieces[index].size;
            __builtin_memcpy(output, pieces[index].from + row * size, size);
            output += size;
        }
    }
}

void matrix_product(float *output, const float *a, const float *b, const float *bias, uint32_t rows, uint32_t inner,
                    uint32_t columns, struct limits limits)
{
    for (uint32_t row = 0; row < rows; row++, a += inner) {
        for (uint32_t column = 0; column < columns; column++) {
            float sum = bias[column];
            for (uint32_t index = 0; index < inner; index++) sum += a[index] * b[index * columns + column];
            *output++ = limited(sum, limits);
        }
    }
}

static float ratio(int32_t in, int32_t out, bool align_corners)
{
    if (align_corners && out > 1) return (float)(in - 1) / (float)(out - 1);
    return (float)in / (float)out;
}

static int32_t at_most(int32_t value, int32_t limit)
{
    return value < limit ? value : limit;
}

#define RESIZE_NEAREST(name, type)                                                                              \
    void name(type *output, const type *input, const struct resize *resize)                                     \
    {                                                                                                           \
        const float down = ratio(resize->in_height, resize->out_height, false);                                 \
        const float right = ratio(resize->in_width, resize->out_width, false);                                  \
                                                                                                                \
        for (int32_t plane = 0; plane < resize->planes; plane++) {                                              \
            for (int32_t y = 0; y < resize->out_height; y++) {                                                  \
                const int32_t from_y = at_most((int32_t)((float)y * down), resize->in_height - 1);              \
                for (int32_t x = 0; x < resize->out_width; x++) {                                               \
                    const int32_t from_x = at_most((int32_t)((float)x * right), resize->in_width - 1);          \
                    *output++ = input[from_y * resize->in_width + from_x];                                      \
                }                                                                                               \
            }                                                                                                   \
            input += resize->in_height * resize->in_width;                                                      \
        }                                                                                                       \
    }

RESIZE_NEAREST(resize_nearest_bytes, uint8_t)
RESIZE_NEAREST(resize_nearest_floats, float)

#define RESIZE_BILINEAR(name, type)                                                                             \
    void name(type *output, const type *input, const struct resize *resize)                                     \
    {                                                                                                           \
        const float down = ratio(resize->in_height, resize->out_height, resize->align_corners);                 \
        const float right = ratio(resize->in_width, resize->out_width, resize->align_corners);                  \
                                                                                                                \
        for (int32_t plane = 0; plane < resize->planes; plane++) {                                              \
            for (int32_t y = 0; y < resize->out_height; y++) {                                                  \
                const float at_y = (float)y * down;                                                             \
                const int32_t y0 = (int32_t)at_y, y1 = at_most(y0 + 1, resize->in_height - 1);                  \
                const float below = at_y - (float)y0;                                                           \
                for (int32_t x = 0; x < resize->out_width; x++) {                                               \
                    const float at_x = (float)x * right;                                                        \
                    const int32_t x0 = (int32_t)at_x, x1 = at_most(x0 + 1, resize->in_width - 1);               \
                    const float beside = at_x - (float)x0;                                                      \
                    const type *const upper = input + y0 * resize->in_width;                                    \
                    const type *const lower = input + y1 * resize->in_width;                                    \
                    *output++ = (type)((float)upper[x0] * ((1 - below) * (1 - beside))                          \
                                       + (float)lower[x0] * (below * (1 - beside))                              \
                                       + (float)upper[x1] * ((1 - below) * beside)                              \
                                       + (float)lower[x1] * (below * beside));                                  \
                }                                                                                               \
            }                                                                                                   \
            input += resize->in_height * resize->in_width;                                                      \
        }                                                                                                       \
    }

RESIZE_BILINEAR(resize_bilinear_bytes, uint8_t)
RESIZE_BILINEAR(resize_bilinear_floats, float)
