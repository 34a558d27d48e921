// int8 layers of neural networks, with the arithmetic of TFLite's reference
// kernels bit for bit.
//
// Tensors are [height][width][channels]. A real value is scale * (stored -
// zero point). Weights are symmetric (zero point 0). `input_offset` is minus
// the zero point of the input, `output_offset` the zero point of the output.
// A layer's ReLU is the pair minimum/maximum.
//
// Nothing here allocates. Layers that widen their input to 16 bits are handed
// `scratch`; the *_scratch macros say how many int16_t they need.

#ifndef KERNELS_H
#define KERNELS_H

#include <stdint.h>

struct shape {
    int32_t height, width, channels;
};

struct window {
    int32_t height, width;                // of the kernel
    int32_t stride_height, stride_width;
    int32_t top, left;                    // padding before the first row and column
};

/// Factors from a sum to the output: real factor = multiplier * 2^(shift - 31).
struct rescale {
    const int32_t *multiplier;  // one per output channel
    const int32_t *shift;
};

struct convolution {
    struct shape input, output;
    struct window window;
    const int8_t *weights;  // [output channel][row][column][input channel]
    const int32_t *bias;
    struct rescale rescale;
    int32_t input_offset, output_offset;
    int32_t minimum, maximum;
};

#define convolution_scratch(window_height, window_width, input_channels) \
    (2 * (window_height) * (window_width) * (input_channels))

void int8_convolve(const struct convolution *layer, const int8_t *input, int8_t *output, int16_t *scratch);

/// The same for a 1x1 window, stride 1, no padding.
void int8_convolve_1x1(const struct convolution *layer, const int8_t *input, int8_t *output, int16_t *scratch);

/// Weights are [row][column][output channel]; output channel c reads input
/// channel c / (output channels / input channels).
void int8_convolve_depthwise(const struct convolution *layer, const int8_t *input, int8_t *output);

struct fully_connected {
    int32_t inputs, outputs;
    const int8_t *weights;  // [output][input]
    const int32_t *bias;
    int32_t multiplier, shift;
    int32_t input_offset, output_offset;
    int32_t minimum, maximum;
};

#define fully_connected_scratch(inputs) (inputs)

void int8_fully_connected(const struct fully_connected *layer, const int8_t *input, int8_t *output, int16_t *scratch);

struct pooling {
    struct shape input, output;
    struct window window;
    int32_t minimum, maximum;
};

void int8_average_pool(const struct pooling *layer, const int8_t *input, int8_t *output);
void int8_maximum_pool(const struct pooling *layer, const int8_t *input, int8_t *output);

struct addition {
    int32_t size;
    int32_t input_offset[2], input_multiplier[2], input_shift[2];
    int32_t output_offset, output_multiplier, output_shift;
    int32_t minimum, maximum;
};

void int8_add(const struct addition *layer, const int8_t *first, const int8_t *second, int8_t *output);

/// ReLU as a layer of its own: rescales, then clamps.
struct rectification {
    int32_t size;
    int32_t input_offset, multiplier, shift, output_offset;
    int32_t minimum, maximum;
};

void int8_relu(const struct rectification *layer, const int8_t *input, int8_t *output);

/// ReLU6 and its kin as a layer of its own, where input and output have one scale.
struct clamping {
    int32_t size;
    int32_t minimum, maximum;
};

void int8_clamp(const struct clamping *layer, const int8_t *input, int8_t *output);

struct softmax {
    int32_t rows, columns;
    int32_t multiplier, shift;  // beta * input scale, as a fixed-point number with 26 fraction bits
    int32_t difference_minimum; // what lies further below the maximum counts as zero
};

void int8_softmax(const struct softmax *layer, const int8_t *input, int8_t *output);

#endif
