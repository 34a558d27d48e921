// Layers that slide a window over images.

#ifndef WINDOWS_H
#define WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "operators.h"

/// One direction of a window.
struct axis {
    int32_t in, out;         // pixels of the image, of the result
    int32_t before;          // padding in front of the first pixel
    int32_t filter, stride, dilation;
};

int32_t axis_output(int32_t in, int32_t before, int32_t after, int32_t filter, int32_t stride, int32_t dilation);

struct convolution2d {
    int32_t batches, groups, in_channels, out_channels;
    struct axis down, right;
    bool channels_last;      // images are [row][column][channel], weights [output][row][column][input]
    struct limits limits;
};

void convolve_floats(const struct convolution2d *layer, const float *weights, const float *bias, const float *input,
                     float *output);

struct quantised {
    int32_t input_offset, filter_offset, output_mul, output_shift, output_offset;
};
void convolve_bytes(const struct convolution2d *layer, const struct quantised *quantised, const uint8_t *weights,
                    const int32_t *bias, const uint8_t *input, uint8_t *output);

/// The transposed convolution: `down` and `right` are those of the convolution
/// that leads back, from the result to the image. There is a bias in the file,
/// but the SDK's runtime does not add it, so it is not added here.
void convolve_transposed(const struct convolution2d *layer, const float *weights, const float *input, float *output);

enum reduction { REDUCE_MEAN, REDUCE_MINIMUM, REDUCE_MAXIMUM, REDUCE_SUM };

/// Pools every channel; what is outside the image does not count.
void reduce_windows(enum reduction reduction, const struct convolution2d *layer, float start, const float *input,
                    float *output);

void maximum_pool_bytes(const struct convolution2d *layer, const uint8_t *input, uint8_t *output);

#endif
