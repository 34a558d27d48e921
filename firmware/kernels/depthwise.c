// Depthwise convolution: each output channel sees one input channel.

#include "columns.h"
#include "kernels.h"

/// The part of the window, from..to, that lies inside the image.
struct span {
    int32_t from, to;
};

static inline struct span visible(int32_t start, int32_t window, int32_t size)
{
    return (struct span){
        start < 0 ? -start : 0,
        start + window > size ? size - start : window,
    };
}

struct place {
    const int8_t *first;  // the input under the window's first row and column, which may lie outside
    struct span rows, columns;
};

static inline int32_t sum_channel(const struct convolution *layer, const struct place *place, int32_t channel,
                                  int32_t input_channel)
{
    const int32_t depth = layer->input.channels, channels = layer->output.channels;
    int32_t sum = layer->bias[channel];

    for (int32_t y = place->rows.from; y < place->rows.to; y++) {
        for (int32_t x = place->columns.from; x < place->columns.to; x++) {
            const int32_t value = place->first[(y * layer->input.width + x) * depth + input_channel];
            sum += layer->weights[(y * layer->window.width + x) * channels + channel]
                 * (value + layer->input_offset);
        }
    }
    return sum;
}

#if KERNELS_DSP

/// Four neighbouring channels at once, where each has its own input channel.
static inline void sum_four_channels(const struct convolution *layer, const struct place *place,
                                     int32_t channel, int8_t *output)
{
    const int32_t channels = layer->output.channels;
    const uint32_t offsets = both_halves(layer->input_offset);
    const int32_t *bias = layer->bias + channel;
    int32_t sum0 = bias[0], sum1 = bias[1], sum2 = bias[2], sum3 = bias[3];

    for (int32_t y = place->rows.from; y < place->rows.to; y++) {
        const int32_t skip = y * layer->input.width + place->columns.from;
        const int8_t *pixel = place->first + skip * channels + channel;
        const int8_t *weights =
            layer->weights + (y * layer->window.width + place->columns.from) * channels + channel;
        for (int32_t x = place->columns.from; x < place->columns.to; x++) {
            const uint32_t values = load_word(pixel), factors = load_word(weights);
            const uint32_t even = add_even_bytes(offsets, values), odd = add_odd_bytes(offsets, values);
            const uint32_t even_factors = even_bytes(factors), odd_factors = odd_bytes(factors);
            sum0 = multiply_add_low(sum0, even, even_factors);
            sum1 = multiply_add_low(sum1, odd, odd_factors);
            sum2 = multiply_add_high(sum2, even, even_factors);
            sum3 = multiply_add_high(sum3, odd, odd_factors);
            pixel += channels;
            weights += channels;
        }
    }
    output[channel] = finish_channel(layer, channel, sum0);
    output[channel + 1] = finish_channel(layer, channel + 1, sum1);
    output[channel + 2] = finish_channel(layer, channel + 2, sum2);
    output[channel + 3] = finish_channel(layer, channel + 3, sum3);
}

#endif

void int8_convolve_depthwise(const struct convolution *layer, const int8_t *input, int8_t *output)
{
    const struct shape *shape = &layer->input;
    const struct window *window = &layer->window;
    const int32_t channels = layer->output.channels;
    const int32_t outputs_per_input = channels / shape->channels;

    for (int32_t row = 0; row < layer->output.height; row++) {
        for (int32_t column = 0; column < layer->output.width; column++, output += channels) {
            const int32_t top = row * window->stride_height - window->top;
            const int32_t left = column * window->stride_width - window->left;
            const struct place place = {
                .first = input + (top * shape->width + left) * shape->channels,
                .rows = visible(top, window->height, shape->height),
                .columns = visible(left, window->width, shape->width),
            };
            int32_t channel = 0;
#if KERNELS_DSP
            if (outputs_per_input == 1) {
                for (; channel + 4 <= channels; channel += 4) sum_four_channels(layer, &place, channel, output);
            }
#endif
            for (; channel < channels; channel++) {
                const int32_t sum = sum_channel(layer, &place, channel, channel / outputs_per_input);
                output[channel] = finish_channel(layer, channel, sum);
            }
        }
    }
}
