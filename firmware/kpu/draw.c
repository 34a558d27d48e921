#include "draw.h"

#include "plans.h"
#include "uncached.h"

// One set of tables a layer, so that those of a burst all stay in place.
static uint8_t weights[SETS][WEIGHT_BYTES] UNCACHED_BUFFER;
static uint64_t norms[SETS][MOST_CHANNELS] UNCACHED_BUFFER;
static struct kpu_activation activations[SETS] UNCACHED_BUFFER;
static uint32_t set;

static uint32_t state = 210;

/// Numerical Recipes' generator, without its weak low bits.
static uint32_t next(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

int32_t draw(int32_t low, int32_t high)
{
    return low + (int32_t)(next() % (uint32_t)(high - low + 1));
}

void draw_bytes(uint8_t *bytes, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++) bytes[index] = (uint8_t)next();
}

/// Tables are written where the KPU reads them: in the SRAM, past the caches.
static void draw_weights(struct kpu_convolution *layer, uint32_t count)
{
    layer->weights = uncached(weights[set]);
    if (layer->eight_bit) {
        draw_bytes(uncached(weights[set]), count);
    } else {
        for (uint32_t index = 0; index < count; index++) ((uint16_t *)layer->weights)[index] = (uint16_t)next();
    }
}

static uint32_t square_root(uint32_t number)
{
    uint32_t root = 0;
    while ((root + 1) * (root + 1) <= number) root++;
    return root;
}

/// Norms that spread the sums of random pixels and weights over some 20 bits.
/// One term deviates by 74 * 74 from the mean (which arg_x, arg_w and arg_add
/// take away), and by 256 times as much where weights have 16 bits.
static void draw_norms(struct kpu_convolution *layer, uint32_t terms)
{
    uint64_t *const table = uncached(norms[set]);
    const int64_t deviation = (int64_t)(74 * 74) * square_root(terms) * (layer->eight_bit ? 1 : 256);

    for (uint32_t channel = 0; channel < layer->output_channels; channel++) {
        const int32_t shift = draw(11, 15), sign = draw(0, 3) == 0 ? -1 : 1;
        const int64_t mul = sign * ((int64_t)draw(100000, 300000) << shift) / deviation;
        table[channel] = KPU_NORM(mul, shift, draw(-100000, 100000));
    }
    layer->norms = table;
}

/// Segments that rise from 0 to 255 with kinks.
static void draw_activation(struct kpu_convolution *layer)
{
    struct kpu_activation *const table = uncached(&activations[set]);
    int64_t start = -400000;
    uint32_t bias = 0;

    table->segments[0] = KPU_SEGMENT(KPU_LOWEST, draw(0, 1), 43);
    table->bias[0] = (uint8_t)draw(0, 20);
    for (uint32_t index = 1; index < KPU_SEGMENTS; index++) {
        const int32_t shift = draw(16, 25);
        table->segments[index] = KPU_SEGMENT(start, draw(0, 50 << (shift - 16)), shift);
        table->bias[index] = (uint8_t)bias;
        start += draw(1000, 90000);
        bias += (uint32_t)draw(0, 17);
    }
    layer->activation = table;
}

void draw_tables(struct kpu_convolution *layer)
{
    const uint32_t terms = layer->kernel * layer->kernel * (layer->depthwise ? 1 : layer->input.channels);
    const int32_t middle = layer->eight_bit ? 128 : 32768;

    draw_weights(layer, terms * layer->output_channels);
    draw_norms(layer, terms);
    draw_activation(layer);
    layer->pad_value = (uint8_t)next();
    layer->shift_x = (uint32_t)draw(0, layer->eight_bit ? 15 : 7);
    layer->shift_w = (uint32_t)draw(0, 15);
    // Minus the middle of the weights and of the pixels, and a little more or
    // less, so that sums have both signs, as in real models.
    layer->arg_x = -(middle << layer->shift_x) + draw(-(1 << layer->shift_x) / 8, (1 << layer->shift_x) / 8);
    layer->arg_w = -(128 << layer->shift_w) + draw(-(1 << layer->shift_w) / 8, (1 << layer->shift_w) / 8);
    layer->arg_add = (int64_t)middle * 128 * layer->kernel * layer->kernel + draw(-200, 200);
    set = (set + 1) % SETS;
}
