// The layers of version 4 that slide windows, in the two orders of dimensions:
// [batch][channel][row][column], and for those called cpu_ channels last.

#include <stddef.h>

#include "v4.h"
#include "windows.h"

struct padding {
    int32_t before, after;
};

/// What follows the shapes in every body: paddings, filter, strides, dilations.
struct window {
    struct padding down, right;
    int32_t filter[2], stride[2], dilation[2];
};

static void check(const struct body *body, const struct window *window)
{
    for (unsigned axis = 0; axis < 2; axis++) {
        const bool odd = window->filter[axis] < 1 || window->filter[axis] > 4096 || window->stride[axis] < 1
                      || window->stride[axis] > 4096 || window->dilation[axis] < 1 || window->dilation[axis] > 4096;
        if (odd) body_fail(body, "has an impossible window");
    }
}

static struct axis axis_of(const struct body *body, const struct window *window, unsigned axis, int32_t in)
{
    const struct padding padding = axis == 0 ? window->down : window->right;
    const int32_t filter = window->filter[axis], stride = window->stride[axis], dilation = window->dilation[axis];

    if (padding.before < -4096 || padding.before > 4096 || padding.after < -4096 || padding.after > 4096) {
        body_fail(body, "has impossible paddings");
    }
    const int32_t out = axis_output(in, padding.before, padding.after, filter, stride, dilation);
    if (out < 1) body_fail(body, "has no output");
    return (struct axis){in, out, padding.before, filter, stride, dilation};
}

/// Reads the window and puts it over images of that shape.
static void read_window(struct body *body, struct convolution2d *layer, struct shape shape)
{
    const unsigned rows = layer->channels_last ? 1 : 2;
    struct window window;

    body_read(body, &window, sizeof window);
    check(body, &window);
    layer->down = axis_of(body, &window, 0, shape.size[rows]);
    layer->right = axis_of(body, &window, 1, shape.size[rows + 1]);
}

static void check_channels(const struct body *body, const struct convolution2d *layer)
{
    if (layer->groups < 1 || layer->out_channels < 1 || layer->out_channels > 1 << 16
        || layer->in_channels % layer->groups != 0 || layer->out_channels % layer->groups != 0) {
        body_fail(body, "has impossible channels");
    }
}

static uint64_t inputs_of(const struct convolution2d *layer)
{
    return (uint64_t)layer->batches * (uint64_t)layer->in_channels * (uint64_t)layer->down.in
         * (uint64_t)layer->right.in;
}

static uint64_t outputs_of(const struct convolution2d *layer)
{
    return (uint64_t)layer->batches * (uint64_t)layer->out_channels * (uint64_t)layer->down.out
         * (uint64_t)layer->right.out;
}

static uint64_t weights_of(const struct convolution2d *layer)
{
    return (uint64_t)layer->out_channels * (uint64_t)(layer->in_channels / layer->groups) * (uint64_t)layer->down.filter
         * (uint64_t)layer->right.filter;
}

static const float *take_floats(struct body *body, uint64_t count)
{
    const float *const floats = body_take(body, 4 * count);
    if ((uintptr_t)floats % 4 != 0) body_fail(body, "has weights at an odd place");
    return floats;
}

/// The kinds of convolution differ in what their bodies say of channels.
enum kind { GROUPED, CHANNELS_LAST, DEPTHWISE };

static void read_convolution(struct body *body, enum kind kind, struct range ranges[2], struct convolution2d *layer)
{
    ranges[0] = body_range(body);
    ranges[1] = body_range(body);
    const struct shape shape = body_shape(body);
    const bool last = kind != GROUPED;
    const int32_t channels = shape.size[last ? 3 : 1];

    *layer = (struct convolution2d){.batches = shape.size[0], .in_channels = channels, .channels_last = last};
    layer->groups = kind == GROUPED ? body_signed(body) : kind == DEPTHWISE ? channels : 1;
    layer->out_channels = kind == DEPTHWISE ? channels : body_signed(body);
    check_channels(body, layer);
    read_window(body, layer, shape);
}

static void run_floats(struct body *body, enum kind kind)
{
    struct range ranges[2];
    struct convolution2d layer;

    read_convolution(body, kind, ranges, &layer);
    layer.limits = body_limits(body);
    const float *const weights = take_floats(body, weights_of(&layer));
    const float *const bias = take_floats(body, (uint64_t)layer.out_channels);
    convolve_floats(&layer, weights, bias, range_floats(body, ranges[0], inputs_of(&layer)),
                    range_floats(body, ranges[1], outputs_of(&layer)));
}

/// The grouped kind adds its offsets and has the bias first; the others
/// subtract them and have the weights first.
static void run_bytes(struct body *body, enum kind kind)
{
    struct range ranges[2];
    struct convolution2d layer;
    struct quantised quantised;
    const uint8_t *weights;

    read_convolution(body, kind, ranges, &layer);
    body_read(body, &quantised, sizeof quantised);
    if (kind != GROUPED) {
        quantised.input_offset = -quantised.input_offset;
        quantised.filter_offset = -quantised.filter_offset;
    }
    const uint64_t weight_bytes = weights_of(&layer), bias_bytes = 4 * (uint64_t)layer.out_channels;
    if (kind != GROUPED) weights = body_take(body, weight_bytes);
    const int32_t *const bias = body_take(body, bias_bytes);
    if (kind == GROUPED) weights = body_take(body, weight_bytes);
    if ((uintptr_t)bias % 4 != 0) body_fail(body, "has a bias at an odd place");
    if (ranges[0].type != TYPE_BYTE || ranges[1].type != TYPE_BYTE) body_fail(body, "wants bytes");
    convolve_bytes(&layer, &quantised, weights, bias, range_bytes(body, ranges[0], inputs_of(&layer)),
                   range_bytes(body, ranges[1], outputs_of(&layer)));
}

LAYER layer_conv2d(struct body *body) { run_floats(body, GROUPED); }
LAYER layer_cpu_conv2d(struct body *body) { run_floats(body, CHANNELS_LAST); }
LAYER layer_cpu_depthwise_conv2d(struct body *body) { run_floats(body, DEPTHWISE); }
LAYER layer_quantized_conv2d(struct body *body) { run_bytes(body, GROUPED); }
LAYER layer_cpu_quantized_conv2d(struct body *body) { run_bytes(body, CHANNELS_LAST); }
LAYER layer_cpu_quantized_depthwise_conv2d(struct body *body) { run_bytes(body, DEPTHWISE); }

static uint64_t macs(struct body body, enum kind kind)
{
    struct range ranges[2];
    struct convolution2d layer;

    read_convolution(&body, kind, ranges, &layer);
    return weights_of(&layer) * (uint64_t)layer.batches * (uint64_t)layer.down.out * (uint64_t)layer.right.out;
}

static uint64_t macs_grouped(struct body body) { return macs(body, GROUPED); }
static uint64_t macs_channels_last(struct body body) { return macs(body, CHANNELS_LAST); }
static uint64_t macs_depthwise(struct body body) { return macs(body, DEPTHWISE); }

/// The window belongs to the convolution that leads back: from the result,
/// whose shape is given, to the input.
static struct convolution2d read_transposed(struct body *body, struct range ranges[2])
{
    ranges[0] = body_range(body);
    ranges[1] = body_range(body);
    const struct shape from = body_shape(body), to = body_shape(body);
    struct convolution2d layer = {.batches = from.size[0], .in_channels = from.size[1], .out_channels = to.size[1]};

    layer.groups = body_signed(body);
    check_channels(body, &layer);
    read_window(body, &layer, to);
    layer.down.out = from.size[2];
    layer.right.out = from.size[3];
    return layer;
}

LAYER layer_conv2d_transpose(struct body *body)
{
    struct range ranges[2];
    struct convolution2d layer = read_transposed(body, ranges);
    const uint64_t in = (uint64_t)layer.batches * (uint64_t)layer.in_channels * (uint64_t)layer.down.out
                      * (uint64_t)layer.right.out;
    const uint64_t out = (uint64_t)layer.batches * (uint64_t)layer.out_channels * (uint64_t)layer.down.in
                       * (uint64_t)layer.right.in;

    layer.limits = body_limits(body);
    const float *const weights = take_floats(body, weights_of(&layer));
    convolve_transposed(&layer, weights, range_floats(body, ranges[0], in), range_floats(body, ranges[1], out));
}

static uint64_t macs_transposed(struct body body)
{
    struct range ranges[2];
    const struct convolution2d layer = read_transposed(&body, ranges);
    return weights_of(&layer) * (uint64_t)layer.batches * (uint64_t)layer.down.out * (uint64_t)layer.right.out;
}

static void reduce_window(struct body *body, bool channels_last)
{
    const struct range input = body_range(body), output = body_range(body);
    const uint32_t reduction = body_word(body);
    const struct shape shape = body_shape(body);
    const int32_t channels = shape.size[channels_last ? 3 : 1];
    struct convolution2d layer = {.batches = shape.size[0], .groups = channels, .in_channels = channels,
                                  .out_channels = channels, .channels_last = channels_last};

    read_window(body, &layer, shape);
    const float start = body_float(body);
    layer.limits = body_limits(body);
    if (reduction > REDUCE_SUM) body_fail(body, "has an unknown operation");
    reduce_windows(reduction, &layer, start, range_floats(body, input, inputs_of(&layer)),
                   range_floats(body, output, outputs_of(&layer)));
}

LAYER layer_reduce_window2d(struct body *body) { reduce_window(body, false); }
LAYER layer_cpu_reduce_window2d(struct body *body) { reduce_window(body, true); }

const struct v4_operator v4_window_operators[] = {
    {0x0002, "conv2d", layer_conv2d, macs_grouped},
    {0x0008, "reduce_window2d", layer_reduce_window2d, NULL},
    {0x000F, "quantized_conv2d", layer_quantized_conv2d, macs_grouped},
    {0x0013, "conv2d_transpose", layer_conv2d_transpose, macs_transposed},
    {0x1001, "cpu_conv2d", layer_cpu_conv2d, macs_channels_last},
    {0x1002, "cpu_depthwise_conv2d", layer_cpu_depthwise_conv2d, macs_depthwise},
    {0x1003, "cpu_reduce_window2d", layer_cpu_reduce_window2d, NULL},
    {0x1004, "cpu_quantized_conv2d", layer_cpu_quantized_conv2d, macs_channels_last},
    {0x1005, "cpu_quantized_depthwise_conv2d", layer_cpu_quantized_depthwise_conv2d, macs_depthwise},
};
const uint32_t v4_window_operator_count = sizeof v4_window_operators / sizeof *v4_window_operators;
