#include "kpu_words.h"

#include "uncached.h"

// What one load of weights may hold: less than half of the KPU's buffer, so
// that the next load fits beside it.
#define LOAD_BYTES_8_BIT (30u * 1024)
#define LOAD_BYTES_16_BIT (60u * 1024)

#define DMA_BURST 15ull

#define FIELD(value, place) ((uint64_t)(value) << (place))

static uint64_t address(const void *table)
{
    return FIELD((uint32_t)(uintptr_t)uncached(table), 32);
}

uint32_t kpu_stride(enum kpu_pool pool)
{
    static const uint8_t strides[] = {1, 2, 2, 4, 4, 2, 2, 4, 1, 1};
    return strides[pool];
}

uint32_t kpu_pooled(uint32_t size, enum kpu_pool pool)
{
    return size / kpu_stride(pool);
}

struct kpu_shape kpu_output(const struct kpu_convolution *layer)
{
    const struct kpu_shape output = {
        kpu_pooled(layer->input.width, layer->pool),
        kpu_pooled(layer->input.height, layer->pool),
        layer->output_channels,
    };
    return output;
}

/// Lines from one group of channels to the next, lines of a row, channels of a group.
static uint64_t placement(struct kpu_shape shape, uint32_t group_place)
{
    const struct kpu_layout layout = kpu_layout_of(shape.width);
    return layout.lines_per_row * shape.height | FIELD(layout.lines_per_row, 16)
         | FIELD(layout.channels_per_line, group_place);
}

struct kpu_layer kpu_words(const struct kpu_convolution *layer)
{
    const struct kpu_shape input = layer->input, output = kpu_output(layer);
    const uint32_t channel_bytes = layer->kernel * layer->kernel * (layer->depthwise ? 1 : input.channels)
                                 * (layer->eight_bit ? 1 : 2);
    const uint32_t limit = (layer->eight_bit ? LOAD_BYTES_8_BIT : LOAD_BYTES_16_BIT) / channel_bytes;
    const uint32_t per_load = limit < output.channels ? limit : output.channels;
    const uint32_t loads = (output.channels + per_load - 1) / per_load;
    const uint32_t pixels = output.width * output.height;
    const struct kpu_layer words = {{
        FIELD(layer->depthwise, 3),
        layer->source | FIELD(layer->destination, 32),
        (input.channels - 1) | FIELD(output.channels - 1, 32) | FIELD(per_load - 1, 48),
        (input.width - 1) | FIELD(input.height - 1, 10) | FIELD(output.width - 1, 32) | FIELD(output.height - 1, 42),
        (layer->kernel == 3) | FIELD(layer->pool, 4) | FIELD(1, 10) | FIELD(DMA_BURST, 16)
            | FIELD(layer->pad_value, 24) | address(layer->norms),
        1 | FIELD(loads - 1, 1) | FIELD(per_load * channel_bytes, 15) | address(layer->weights),
        0,
        placement(input, 28) | FIELD(1, 31) | address(layer->activation),
        placement(output, 20),
        layer->shift_w | FIELD(layer->shift_x, 4) | FIELD(layer->arg_w & 0xFFFFFF, 8)
            | FIELD(layer->arg_x & 0xFFFFFF, 32),
        (uint64_t)layer->arg_add & 0xFFFFFFFFFF,
        FIELD(pixels - 1, 16) | FIELD(pixels * output.channels - 1, 32),
    }};
    return words;
}
