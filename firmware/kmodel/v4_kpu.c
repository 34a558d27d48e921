// The layers of version 4 that have to do with the KPU.

#include <stddef.h>

#include "model.h"
#include "v4.h"

#define TAPS_1X1 1u
#define TAPS_3X3 9u
#define ACTIVATION_BYTES 144u

static void check_image(const struct body *body, struct range range, struct kpu_shape shape)
{
    struct range whole = range;

    whole.type = TYPE_BYTE;
    if (range.memory != MEMORY_AI || range.start % 64 != 0) body_fail(body, "has an image that is not in AI memory");
    range_bytes(body, whole, 64ull * kpu_lines(shape));
}

/// Batches lie one after another, each beginning with a line of its own.
LAYER layer_kpu_upload(struct body *body)
{
    const struct range input = body_range(body), output = body_range(body);
    const struct shape shape = body_shape(body);
    const struct kpu_shape image = {(uint32_t)shape.size[3], (uint32_t)shape.size[2], (uint32_t)shape.size[1]};
    const uint64_t bytes = elements(shape) / (uint64_t)shape.size[0];
    const uint8_t *from = range_bytes(body, input, elements(shape));

    for (uint32_t batch = 0, line = output.start / 64; batch < (uint32_t)shape.size[0]; batch++, from += bytes) {
        struct range place = output;
        place.start = 64 * line;
        check_image(body, place, image);
        kpu_upload_rows(line, from, image);
        line += kpu_lines(image);
    }
}

/// The layer's words, whose addresses say how many bytes to skip before each
/// of the tables that follow.
static struct kpu_layer read_layer(struct body *body)
{
    struct kpu_layer layer;

    body_read(body, &layer, sizeof layer);
    const bool depthwise = layer.words[0] >> 3 & 1;
    const uint32_t inputs = layer_input(&layer).channels, outputs = layer_output(&layer).channels;
    const uint32_t taps = layer.words[4] & 7 ? TAPS_3X3 : TAPS_1X1;

    body_take(body, layer.words[4] >> 32);
    const void *const norms = body_take(body, 8ull * outputs);
    body_take(body, layer.words[7] >> 32);
    const void *const activation = body_take(body, ACTIVATION_BYTES);
    body_take(body, layer.words[5] >> 32);
    const void *const weights = body_take(body, (uint64_t)outputs * taps * (depthwise ? 1 : inputs));
    return with_tables(&layer, norms, activation, weights);
}

static __attribute__((noinline)) void layer_download(uint32_t line, uint8_t *to, struct kpu_shape shape)
{
    kpu_download(line, to, shape);
}

LAYER layer_kpu_conv2d(struct body *body)
{
    const struct range main_output = body_range(body);
    const uint32_t batches = body_word(body);
    body_word(body);
    struct kpu_layer layer = read_layer(body);
    const struct kpu_shape input = layer_input(&layer), output = layer_output(&layer);
    const uint64_t bytes = (uint64_t)output.width * output.height * output.channels;
    uint8_t *to = main_output.size == 0 ? NULL : range_bytes(body, main_output, batches * bytes);

    for (uint32_t batch = 0; batch < batches; batch++) {
        const uint32_t line = layer.words[1] >> 32 & 0x7FFF;
        kpu_run(&layer);
        if (to != NULL) layer_download(line, to + batch * bytes, output);
        layer.words[1] += kpu_lines(input) | (uint64_t)kpu_lines(output) << 32;
    }
}

// The first is the one that runs on the KPU.
const struct v4_operator v4_kpu_operators[] = {
    {0x2002, "kpu_conv2d", layer_kpu_conv2d, NULL},
    {0x2001, "kpu_upload", layer_kpu_upload, NULL},
};
const uint32_t v4_kpu_operator_count = sizeof v4_kpu_operators / sizeof *v4_kpu_operators;
