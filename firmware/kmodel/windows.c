#include "windows.h"

int32_t axis_output(int32_t in, int32_t before, int32_t after, int32_t filter, int32_t stride, int32_t dilation)
{
    const int32_t extent = (filter - 1) * dilation + 1;
    return (in + before + after - extent + stride) / stride;
}

/// The part of a window that is inside the image: its first tap and the one
/// after its last, and the pixel under tap 0.
struct span {
    int32_t first, end, origin;
};

static struct span span_at(const struct axis *axis, int32_t position)
{
    const int32_t origin = position * axis->stride - axis->before, dilation = axis->dilation;
    const int32_t first = (-origin + dilation - 1) / dilation, end = (axis->in - origin + dilation - 1) / dilation;
    return (struct span){first > 0 ? first : 0, end < axis->filter ? end : axis->filter, origin};
}

/// Where things are: distances in elements.
struct strides {
    int32_t in_channel, in_row, in_column;
    int32_t out_channel, out_row, out_column;
    int32_t tap_channel, tap_row, tap_column;
};

static struct strides strides_of(const struct convolution2d *layer)
{
    const struct axis *const down = &layer->down, *const right = &layer->right;
    const int32_t in = layer->in_channels, out = layer->out_channels, depth = in / layer->groups;

    if (layer->channels_last) {
        return (struct strides){1, right->in * in, in, 1, right->out * out, out, 1, right->filter * depth, depth};
    }
    return (struct strides){down->in * right->in, right->in, 1, down->out * right->out, right->out, 1,
                            down->filter * right->filter, right->filter, 1};
}

/// Calls BODY with `in` and `tap`, indices of a pixel and its weight, for every
/// pair of one output pixel at y, x of a group.
#define FOR_EACH_TAP(BODY)                                                                             \
    const struct span rows = span_at(&layer->down, y), columns = span_at(&layer->right, x);            \
    for (int32_t channel = 0; channel < depth; channel++) {                                            \
        for (int32_t ky = rows.first; ky < rows.end; ky++) {                                           \
            const int32_t row = rows.origin + ky * layer->down.dilation;                               \
            for (int32_t kx = columns.first; kx < columns.end; kx++) {                                 \
                const int32_t column = columns.origin + kx * layer->right.dilation;                    \
                const int32_t in = channel * at.in_channel + row * at.in_row + column * at.in_column;  \
                const int32_t tap = channel * at.tap_channel + ky * at.tap_row + kx * at.tap_column;   \
                BODY;                                                                                  \
            }                                                                                          \
        }                                                                                              \
    }

/// Calls BODY for every output pixel, with `from` and `taps` set to the first
/// pixel and weight of its group and `to` to its place.
#define FOR_EACH_OUTPUT(TYPE, BODY)                                                                             \
    const struct strides at = strides_of(layer);                                                                \
    const int32_t depth = layer->in_channels / layer->groups, per_group = layer->out_channels / layer->groups;  \
    const int32_t window = depth * layer->down.filter * layer->right.filter;                                    \
    for (int32_t batch = 0; batch < layer->batches; batch++) {                                                  \
        for (int32_t out = 0; out < layer->out_channels; out++) {                                               \
            const TYPE *const from = input + out / per_group * depth * at.in_channel;                           \
            const TYPE *const taps = weights + out * window;                                                    \
            for (int32_t y = 0; y < layer->down.out; y++) {                                                     \
                for (int32_t x = 0; x < layer->right.out; x++) {                                                \
                    TYPE *const to = output + out * at.out_channel + y * at.out_row + x * at.out_column;        \
                    BODY;                                                                                       \
                }                                                                                               \
            }                                                                                                   \
        }                                                                                                       \
        input += layer->in_channels * layer->down.in * layer->right.in;                                         \
        output += layer->out_channels * layer->down.out * layer->right.out;                                     \
    }

void convolve_floats(const struct convolution2d *layer, const float *weights, const float *bias, const float *input,
                     float *output)
{
    FOR_EACH_OUTPUT(float, {
        float sum = bias[out];
        FOR_EACH_TAP(sum += from[in] * taps[tap]);
        *to = limited(sum, layer->limits);
    })
}

static uint8_t requantised(int32_t sum, const struct quantised *quantised)
{
    const int32_t value = scaled(sum, quantised->output_mul, quantised->output_shift) + quantised->output_offset;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void convolve_bytes(const struct convolution2d *layer, const struct quantised *quantised, const uint8_t *weights,
                    const int32_t *bias, const uint8_t *input, uint8_t *output)
{
    FOR_EACH_OUTPUT(uint8_t, {
        int32_t sum = bias[out];
        FOR_EACH_TAP(sum += (from[in] + quantised->input_offset) * (taps[tap] + quantised->filter_offset));
        *to = requantised(sum, quantised);
    })
}

void convolve_transposed(const struct convolution2d *layer, const float *weights, const float *input, float *output)
{
    const struct axis *const down = &layer->down, *const right = &layer->right;
    const int32_t in_depth = layer->in_channels / layer->groups, out_depth = layer->out_channels / layer->groups;
    const int32_t plane = down->in * right->in, taps = down->filter * right->filter;

    for (int32_t batch = 0; batch < layer->batches; batch++, output += layer->out_channels * plane) {
        for (int32_t index = 0; index < layer->out_channels * plane; index++) output[index] = 0;
        for (int32_t in = 0; in < layer->in_channels; in++) {
            const int32_t group = in / in_depth;
            for (int32_t position = 0; position < down->out * right->out; position++) {
                const struct span rows = span_at(down, position / right->out);
                const struct span columns = span_at(right, position % right->out);
                const float value = *input++;
                for (int32_t out = 0; out < out_depth; out++) {
                    float *const to = output + (group * out_depth + out) * plane;
                    const float *const from = weights + ((group * out_depth + out) * in_depth + in % in_depth) * taps;
                    for (int32_t ky = rows.first; ky < rows.end; ky++) {
                        for (int32_t kx = columns.first; kx < columns.end; kx++) {
                            const int32_t row = rows.origin + ky * down->dilation;
                            to[row * right->in + columns.origin + kx * right->dilation]
                                += value * from[ky * right->filter + kx];
                        }
                    }
                }
            }
        }
        for (int32_t index = 0; index < layer->out_channels * plane; index++) {
            output[index] = limited(output[index], layer->limits);
        }
    }
}

typedef float (*combination)(float a, float b);

static inline float sum_of(float a, float b) { return a + b; }
static inline float lesser_of(float a, float b) { return b < a ? b : a; }
static inline float greater_of(float a, float b) { return a < b ? b : a; }

SPECIALISED void reduce(const struct convolution2d *layer, combination combine, bool mean, float start,
                        const float *input, float *output)
{
    // Windows read one channel each; the weights are not there.
    const float *const weights = input;
    FOR_EACH_OUTPUT(float, {
        float value = start;
        int32_t count = 0;
        (void)taps;
        FOR_EACH_TAP((void)tap; value = combine(value, from[in]); count++);
        *to = limited(mean ? value / (float)count : value, layer->limits);
    })
}

void reduce_windows(enum reduction reduction, const struct convolution2d *layer, float start, const float *input,
                    float *output)
{
    switch (reduction) {
    case REDUCE_MEAN: reduce(layer, sum_of, true, start, input, output); break;
    case REDUCE_MINIMUM: reduce(layer, lesser_of, false, start, input, output); break;
    case REDUCE_MAXIMUM: reduce(layer, greater_of, false, start, input, output); break;
    case REDUCE_SUM: reduce(layer, sum_of, false, start, input, output); break;
    }
}

void maximum_pool_bytes(const struct convolution2d *layer, const uint8_t *input, uint8_t *output)
{
    const uint8_t *const weights = input;
    FOR_EACH_OUTPUT(uint8_t, {
        uint8_t value = 0;
        (void)taps;
        FOR_EACH_TAP((void)tap; if (from[in] > value) value = from[in]);
        *to = value;
    })
}
