#include "reference.h"

static int64_t signed_bits(uint64_t value, unsigned bits)
{
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

static uint32_t weight(const struct kpu_convolution *layer, uint32_t index)
{
    return layer->eight_bit ? ((const uint8_t *)layer->weights)[index] : ((const uint16_t *)layer->weights)[index];
}

/// The sum over the window of one output pixel; `first` is where its weights begin.
static int64_t accumulate(const struct kpu_convolution *layer, const uint8_t *input, uint32_t first, uint32_t channels,
                          uint32_t y, uint32_t x)
{
    const uint32_t width = layer->input.width, height = layer->input.height, border = layer->kernel / 2;
    int64_t sum = 0, pixels = 0, weights = 0;

    for (uint32_t channel = 0; channel < channels; channel++, input += width * height) {
        for (uint32_t ky = 0; ky < layer->kernel; ky++) {
            for (uint32_t kx = 0; kx < layer->kernel; kx++) {
                // Above and left of the image the difference wraps to something great.
                const uint32_t row = y + ky - border, column = x + kx - border;
                const bool inside = row < height && column < width;
                const int64_t pixel = inside ? input[row * width + column] : layer->pad_value;
                const int64_t w = weight(layer, first++);
                sum += pixel * w;
                pixels += pixel;
                weights += w;
            }
        }
    }
    return sum + (layer->arg_x * pixels >> layer->shift_x) + (layer->arg_w * weights >> layer->shift_w)
         + layer->arg_add * channels;
}

static int64_t normalise(uint64_t norm, int64_t value)
{
    return (value * signed_bits(norm, 24) >> (norm >> 56 & 15)) + (int32_t)(norm >> 24);
}

/// To nearest, ties to even.
static int64_t round_shift(int64_t value, unsigned shift)
{
    if (shift == 0) return value;
    const int64_t whole = value >> shift, half = 1ll << (shift - 1), rest = value - whole * 2 * half;
    return whole + (rest > half || (rest == half && (whole & 1)));
}

static uint8_t activate(const struct kpu_activation *activation, int64_t value)
{
    unsigned segment = KPU_SEGMENTS - 1;
    while (segment > 0 && value <= signed_bits(activation->segments[segment] >> 24, 36)) segment--;

    const uint64_t word = activation->segments[segment];
    const int64_t rise = (value - signed_bits(word >> 24, 36)) * signed_bits(word >> 8, 16);
    const int64_t result = round_shift(rise, word & 0xFF) + activation->bias[segment];
    return (uint8_t)(result < 0 ? 0 : result > 255 ? 255 : result);
}

static void convolve(const struct kpu_convolution *layer, const uint8_t *input, uint8_t *output)
{
    const uint32_t width = layer->input.width, height = layer->input.height;
    const uint32_t channels = layer->depthwise ? 1 : layer->input.channels;
    const uint32_t weights = channels * layer->kernel * layer->kernel;

    for (uint32_t channel = 0; channel < layer->output_channels; channel++) {
        const uint8_t *const from = layer->depthwise ? input + channel * width * height : input;
        for (uint32_t y = 0; y < height; y++) {
            for (uint32_t x = 0; x < width; x++) {
                const int64_t sum = accumulate(layer, from, channel * weights, channels, y, x);
                *output++ = activate(layer->activation, normalise(layer->norms[channel], sum));
            }
        }
    }
}

struct window {
    uint32_t size;
    bool mean;
    uint32_t offset;  // of the pixel that is picked, where size is 1
};

static const struct window windows[] = {
    [KPU_POOL_NONE] = {1, false, 0},
    [KPU_POOL_MAXIMUM_2] = {2, false, 0},
    [KPU_POOL_MEAN_2] = {2, true, 0},
    [KPU_POOL_MAXIMUM_4] = {4, false, 0},
    [KPU_POOL_MEAN_4] = {4, true, 0},
    [KPU_POOL_LEFT_TOP_2] = {1, false, 0},
    [KPU_POOL_RIGHT_TOP_2] = {1, false, 1},
    [KPU_POOL_LEFT_TOP_4] = {1, false, 0},
    [KPU_POOL_MEAN_2_STRIDE_1] = {2, true, 0},
    [KPU_POOL_MAXIMUM_2_STRIDE_1] = {2, false, 0},
};

/// One pixel of a pooled channel. Coordinates stop at the edge, which a maximum
/// does not notice.
static uint8_t pool_pixel(const uint8_t *input, struct kpu_shape shape, struct window window, uint32_t y, uint32_t x)
{
    uint32_t sum = 0, maximum = 0;

    for (uint32_t ky = 0; ky < window.size; ky++) {
        for (uint32_t kx = 0; kx < window.size; kx++) {
            const uint32_t row = y + ky < shape.height ? y + ky : shape.height - 1;
            const uint32_t column = x + kx + window.offset;
            const uint8_t pixel = input[row * shape.width + (column < shape.width ? column : shape.width - 1)];
            sum += pixel;
            if (pixel > maximum) maximum = pixel;
        }
    }
    return (uint8_t)(window.mean ? sum / (window.size * window.size) : maximum);
}

static void pool(const struct kpu_convolution *layer, const uint8_t *input, uint8_t *output)
{
    const struct kpu_shape after = kpu_output(layer);
    const uint32_t stride = kpu_stride(layer->pool);

    for (uint32_t channel = 0; channel < after.channels; channel++) {
        for (uint32_t y = 0; y < after.height; y++) {
            for (uint32_t x = 0; x < after.width; x++) {
                *output++ = pool_pixel(input, layer->input, windows[layer->pool], y * stride, x * stride);
            }
        }
        input += layer->input.width * layer->input.height;
    }
}

void reference_layer(const struct kpu_convolution *layer, const uint8_t *input, uint8_t *unpooled, uint8_t *output)
{
    convolve(layer, input, unpooled);
    pool(layer, unpooled, output);
}
