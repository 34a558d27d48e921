// The layers of version 3, each under the name of its operator. The indices
// are the words of the layers' bodies.

#include <stddef.h>

#include "fail.h"
#include "mathematics.h"
#include "operators.h"
#include "uncached.h"
#include "v3.h"
#include "windows.h"

#define DMA_CHANNEL 0u

static float real(uint32_t word)
{
    float value;
    __builtin_memcpy(&value, &word, sizeof value);
    return value;
}

struct kpu_layer v3_kpu_layer(const struct v3_layer *layer)
{
    struct kpu_layer kpu;

    __builtin_memcpy(&kpu, v3_table(layer->body[2], sizeof kpu), sizeof kpu);
    const bool depthwise = kpu.words[0] >> 3 & 1;
    const uint64_t outputs = layer_output(&kpu).channels, taps = kpu.words[4] & 7 ? 9 : 1;
    const uint64_t weights = outputs * taps * (depthwise ? 1 : layer_input(&kpu).channels);
    return with_tables(&kpu, v3_table(layer->body[4], 8 * outputs), v3_table(layer->body[5], 144),
                       v3_table(layer->body[3], weights));
}

/// From where DMA put it to main memory, whose words are cached again.
LAYER layer_download(uint8_t *to, uint64_t bytes)
{
    __builtin_memcpy(to, v3_landing, bytes);
}

LAYER layer_k210_conv(const struct v3_layer *layer)
{
    const struct kpu_layer kpu = v3_kpu_layer(layer);

    if (layer->body[0] & V3_MAIN_MEMORY_OUT) {
        const uint64_t bytes = (kpu.words[11] >> 32) + 1;
        uint8_t *const to = v3_bytes_out(layer->body[1], bytes);
        kpu_run_out(&kpu, v3_landing, DMA_CHANNEL);
        layer_download(to, bytes);
    } else {
        kpu_run(&kpu);
    }
}

static volatile uint8_t *ai_memory(uint32_t line, uint64_t lines)
{
    if (line > AI_MEMORY_BYTES / 64 || lines > AI_MEMORY_BYTES / 64 - line) {
        FAIL(EXIT_DATA, "%u lines at line %u are not in AI memory", (uint32_t)lines, line);
    }
    return (volatile uint8_t *)(uintptr_t)(UNCACHED_AI_MEMORY + 64 * line);
}

/// One pixel becomes the first of a channel of 4x4.
LAYER layer_add_padding(const struct v3_layer *layer)
{
    const uint32_t channels = layer->body[3];
    const uint8_t *const from = v3_bytes(layer->body[1], channels);
    volatile uint8_t *const to = ai_memory(layer->body[2], 4 * ((channels + 3ull) / 4));

    for (uint32_t channel = 0; channel < channels; channel++) {
        to[channel / 4 * 4 * 64 + channel % 4 * 16] = from[channel];
    }
}

LAYER layer_remove_padding(const struct v3_layer *layer)
{
    const uint32_t channels = layer->body[3];
    const uint8_t *const from = v3_bytes(layer->body[1], 16ull * channels);
    uint8_t *const to = v3_bytes_out(layer->body[2], channels);

    for (uint32_t channel = 0; channel < channels; channel++) to[channel] = from[16 * channel];
}

LAYER layer_upload(const struct v3_layer *layer)
{
    const struct kpu_shape shape = {layer->body[3], layer->body[4], layer->body[5]};
    if (shape.width > 1024 || shape.height > 1024 || shape.channels > 1024) {
        FAIL(EXIT_DATA, "an image of %ux%ux%u does not fit AI memory", shape.width, shape.height, shape.channels);
    }
    const uint64_t bytes = (uint64_t)shape.width * shape.height * shape.channels;

    ai_memory(layer->body[2], kpu_lines(shape));
    kpu_upload_rows(layer->body[2], v3_bytes(layer->body[1], bytes), shape);
}

LAYER layer_add(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[4];
    const float *const a = v3_floats(layer->body[1], count), *const b = v3_floats(layer->body[2], count);
    float *const out = v3_floats_out(layer->body[3], count);

    for (uint32_t index = 0; index < count; index++) out[index] = a[index] + b[index];
}

/// As the SDK rounds here: half a unit away from zero, by the bit that falls out last.
static int64_t carry_shift(int64_t value, uint32_t shift)
{
    if (shift == 0) return value;
    value >>= shift - 1;
    if (!(value & 1)) return value >> 1;
    return value < 0 ? (value >> 1) - 1 : (value >> 1) + 1;
}

LAYER layer_quantized_add(const struct v3_layer *layer)
{
    const int32_t *const a = (const int32_t *)&layer->body[5], *const b = a + 3, *const o = b + 3;
    const uint32_t count = layer->body[4];
    const uint8_t *const from_a = v3_bytes(layer->body[1], count), *const from_b = v3_bytes(layer->body[2], count);
    uint8_t *const out = v3_bytes_out(layer->body[3], count);
    const bool one_shift = a[2] == b[2];

    for (uint32_t index = 0; index < count; index++) {
        const int64_t x = ((int64_t)from_a[index] + a[0]) * a[1], y = ((int64_t)from_b[index] + b[0]) * b[1];
        const int64_t sum = one_shift ? (x + y) >> (a[2] & 63) : (x >> (a[2] & 63)) + (y >> (b[2] & 63));
        const int64_t value = carry_shift(sum * o[1], (uint32_t)o[2] & 63) + o[0];
        out[index] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

LAYER layer_global_average_pool2d(const struct v3_layer *layer)
{
    const uint32_t pixels = layer->body[3], channels = layer->body[4];
    const float *from = v3_floats(layer->body[1], (uint64_t)pixels * channels);
    float *const out = v3_floats_out(layer->body[2], channels);

    for (uint32_t channel = 0; channel < channels; channel++) {
        float sum = 0;
        for (uint32_t pixel = 0; pixel < pixels; pixel++) sum += *from++;
        out[channel] = sum / (float)pixels;
    }
}

/// Words 3 to 14: input width, height and channels, output ones, then width and
/// height of kernel, stride and padding.
static struct convolution2d pooling(const struct v3_layer *layer)
{
    const int32_t *const w = (const int32_t *)layer->body;
    for (unsigned index = 3; index < 13; index++) {
        if (w[index] < 1 || w[index] > 4096) FAIL(EXIT_DATA, "a layer %s has impossible sizes", layer->name);
    }
    return (struct convolution2d){
        .batches = 1, .groups = w[8], .in_channels = w[8], .out_channels = w[8],
        .down = {w[4], w[7], w[14], w[10], w[12], 1},
        .right = {w[3], w[6], w[13], w[9], w[11], 1},
        .limits = {-__builtin_inff(), __builtin_inff()},
    };
}

static uint64_t pooling_input(const struct convolution2d *pool)
{
    return (uint64_t)pool->down.in * (uint64_t)pool->right.in * (uint64_t)pool->in_channels;
}

static uint64_t pooling_output(const struct convolution2d *pool)
{
    return (uint64_t)pool->down.out * (uint64_t)pool->right.out * (uint64_t)pool->out_channels;
}

LAYER layer_quantized_max_pool2d(const struct v3_layer *layer)
{
    const struct convolution2d pool = pooling(layer);

    maximum_pool_bytes(&pool, v3_bytes(layer->body[1], pooling_input(&pool)),
                       v3_bytes_out(layer->body[2], pooling_output(&pool)));
}

LAYER layer_average_pool2d(const struct v3_layer *layer)
{
    const struct convolution2d pool = pooling(layer);

    reduce_windows(REDUCE_MEAN, &pool, 0, v3_floats(layer->body[1], pooling_input(&pool)),
                   v3_floats_out(layer->body[2], pooling_output(&pool)));
}

LAYER layer_quantize(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[3];
    const float *const from = v3_floats(layer->body[1], count);
    uint8_t *const to = v3_bytes_out(layer->body[2], count);
    const float scale = 1.0f / real(layer->body[4]), bias = real(layer->body[5]);

    for (uint32_t index = 0; index < count; index++) to[index] = to_byte(round_away((from[index] - bias) * scale));
}

LAYER layer_dequantize(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[3];
    const uint8_t *const from = v3_bytes(layer->body[1], count);
    float *const to = v3_floats_out(layer->body[2], count);
    const float scale = real(layer->body[4]), bias = real(layer->body[5]);

    for (uint32_t index = 0; index < count; index++) to[index] = from[index] * scale + bias;
}

LAYER layer_channelwise_dequantize(const struct v3_layer *layer)
{
    const uint32_t channels = layer->body[3], size = layer->body[4];
    const uint8_t *from = v3_bytes(layer->body[1], (uint64_t)channels * size);
    float *to = v3_floats_out(layer->body[2], (uint64_t)channels * size);

    v3_need(layer, 5 + 2ull * channels);
    for (uint32_t channel = 0; channel < channels; channel++) {
        const float scale = real(layer->body[5 + 2 * channel]), bias = real(layer->body[6 + 2 * channel]);
        for (uint32_t index = 0; index < size; index++) *to++ = *from++ * scale + bias;
    }
}

LAYER layer_requantize(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[3];
    const uint8_t *const from = v3_bytes(layer->body[1], count), *const table = (const uint8_t *)&layer->body[4];
    uint8_t *const to = v3_bytes_out(layer->body[2], count);

    for (uint32_t index = 0; index < count; index++) to[index] = table[from[index]];
}

LAYER layer_l2_normalization(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[3];
    const float *const from = v3_floats(layer->body[1], count);
    float *const to = v3_floats_out(layer->body[2], count);
    float sum = 0;

    for (uint32_t index = 0; index < count; index++) sum += from[index] * from[index];
    if (sum < 1e-10f) sum = 1e-10f;
    const float factor = 1.0f / square_root(sum);
    for (uint32_t index = 0; index < count; index++) to[index] = from[index] * factor;
}

LAYER layer_softmax(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[3];
    if (count == 0) return;
    softmax(v3_floats_out(layer->body[2], count), v3_floats(layer->body[1], count), 1, count, 1.0f);
}

LAYER layer_logistic(const struct v3_layer *layer)
{
    const uint32_t count = layer->body[3];
    const float *const from = v3_floats(layer->body[1], count);
    float *const to = v3_floats_out(layer->body[2], count);

    for (uint32_t index = 0; index < count; index++) to[index] = 1.0f / (1.0f + exponential(-from[index]));
}

static void concat(const struct v3_layer *layer, bool floats)
{
    const uint32_t count = layer->body[2];
    uint64_t size = 0;

    v3_need(layer, 3 + 2ull * count);
    for (uint32_t index = 0; index < count; index++) size += layer->body[4 + 2 * index];
    uint8_t *to = floats ? (uint8_t *)v3_floats_out(layer->body[1], size / 4) : v3_bytes_out(layer->body[1], size);
    v3_bytes(layer->body[1], size);
    for (uint32_t index = 0; index < count; index++) {
        const uint32_t address = layer->body[3 + 2 * index], piece_size = layer->body[4 + 2 * index];
        const struct piece piece = {v3_bytes(address, piece_size), piece_size};
        concatenate(to, &piece, 1, 1);
        to += piece_size;
    }
}

LAYER layer_concat(const struct v3_layer *layer)
{
    concat(layer, true);
}

LAYER layer_quantized_concat(const struct v3_layer *layer)
{
    concat(layer, false);
}

/// What a layer does to its results: nothing, ReLU or ReLU6.
static struct limits activation(const struct v3_layer *layer, uint32_t kind)
{
    if (kind > 2) FAIL(EXIT_DATA, "a layer %s has the unknown activation %u", layer->name, kind);
    return (struct limits){kind == 0 ? -__builtin_inff() : 0, kind == 2 ? 6 : __builtin_inff()};
}

LAYER layer_fully_connected(const struct v3_layer *layer)
{
    const uint32_t inputs = layer->body[3], outputs = layer->body[4];
    v3_need(layer, 6 + (uint64_t)inputs * outputs + outputs);
    const float *weight = (const float *)&layer->body[6], *const bias = weight + (uint64_t)inputs * outputs;
    const float *const from = v3_floats(layer->body[1], inputs);
    float *const to = v3_floats_out(layer->body[2], outputs);
    const struct limits limits = activation(layer, layer->body[5]);

    for (uint32_t output = 0; output < outputs; output++, weight += inputs) {
        float sum = 0;
        for (uint32_t input = 0; input < inputs; input++) sum += from[input] * weight[input];
        to[output] = limited(sum + bias[output], limits);
    }
}

static uint64_t fully_connected_macs(const struct v3_layer *layer)
{
    return (uint64_t)layer->body[3] * layer->body[4];
}

/// From [channel][row][column] to [row][column][channel].
LAYER layer_tf_flatten(const struct v3_layer *layer)
{
    const uint64_t pixels = (uint64_t)layer->body[3] * layer->body[4], channels = layer->body[5];
    if (pixels > UINT32_MAX || channels > UINT32_MAX / (pixels + 1)) {
        FAIL(EXIT_DATA, "a layer %s has impossible sizes", layer->name);
    }
    const float *const from = v3_floats(layer->body[1], pixels * channels);
    float *to = v3_floats_out(layer->body[2], pixels * channels);

    for (uint64_t pixel = 0; pixel < pixels; pixel++) {
        for (uint64_t channel = 0; channel < channels; channel++) *to++ = from[channel * pixels + pixel];
    }
}

static struct resize resizing(const struct v3_layer *layer)
{
    for (unsigned index = 3; index < 8; index++) {
        if (layer->body[index] < 1 || layer->body[index] > 4096) {
            FAIL(EXIT_DATA, "a layer %s has impossible sizes", layer->name);
        }
    }
    return (struct resize){(int32_t)layer->body[5], (int32_t)layer->body[4], (int32_t)layer->body[3],
                           (int32_t)layer->body[7], (int32_t)layer->body[6], false};
}

static uint64_t before(const struct resize *resize)
{
    return (uint64_t)resize->in_height * (uint64_t)resize->in_width * (uint64_t)resize->planes;
}

static uint64_t after(const struct resize *resize)
{
    return (uint64_t)resize->out_height * (uint64_t)resize->out_width * (uint64_t)resize->planes;
}

LAYER layer_resize_nearest_neighbor(const struct v3_layer *layer)
{
    const struct resize resize = resizing(layer);
    resize_nearest_floats(v3_floats_out(layer->body[2], after(&resize)), v3_floats(layer->body[1], before(&resize)),
                          &resize);
}

LAYER layer_quantized_resize_nearest_neighbor(const struct v3_layer *layer)
{
    const struct resize resize = resizing(layer);
    resize_nearest_bytes(v3_bytes_out(layer->body[2], after(&resize)), v3_bytes(layer->body[1], before(&resize)),
                         &resize);
}

static const struct v3_operator operators[] = {
    {1, "add", 5, layer_add, NULL},
    {2, "quantized_add", 14, layer_quantized_add, NULL},
    {5, "global_average_pool2d", 5, layer_global_average_pool2d, NULL},
    {8, "quantized_max_pool2d", 15, layer_quantized_max_pool2d, NULL},
    {9, "average_pool2d", 15, layer_average_pool2d, NULL},
    {11, "quantize", 6, layer_quantize, NULL},
    {12, "dequantize", 6, layer_dequantize, NULL},
    {13, "requantize", 68, layer_requantize, NULL},
    {14, "l2_normalization", 4, layer_l2_normalization, NULL},
    {15, "softmax", 4, layer_softmax, NULL},
    {16, "concat", 3, layer_concat, NULL},
    {17, "quantized_concat", 3, layer_quantized_concat, NULL},
    {V3_FULLY_CONNECTED, "fully_connected", 6, layer_fully_connected, fully_connected_macs},
    {20, "tf_flatten", 6, layer_tf_flatten, NULL},
    {22, "resize_nearest_neighbor", 9, layer_resize_nearest_neighbor, NULL},
    {23, "quantized_resize_nearest_neighbor", 9, layer_quantized_resize_nearest_neighbor, NULL},
    {24, "channelwise_dequantize", 5, layer_channelwise_dequantize, NULL},
    {25, "logistic", 4, layer_logistic, NULL},
    {V3_CONV, "k210_conv", 6, layer_k210_conv, NULL},
    {10241, "add_padding", 4, layer_add_padding, NULL},
    {10242, "remove_padding", 4, layer_remove_padding, NULL},
    {10243, "upload", 6, layer_upload, NULL},
};

const struct v3_operator *v3_operator(uint32_t type)
{
    for (uint32_t index = 0; index < sizeof operators / sizeof *operators; index++) {
        if (operators[index].type == type) return &operators[index];
    }
    return NULL;
}
