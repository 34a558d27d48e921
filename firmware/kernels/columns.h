// What the convolutions share: from sums to outputs, and all output channels of
// one or two output pixels whose columns are widened.

#ifndef COLUMNS_H
#define COLUMNS_H

#include "dot.h"
#include "fixed_point.h"
#include "kernels.h"

static inline int8_t finish_channel(const struct convolution *layer, int32_t channel, int32_t sum)
{
    const int32_t value = rescale(sum, layer->rescale.multiplier[channel], layer->rescale.shift[channel]);
    return (int8_t)clamp_to(value + layer->output_offset, layer->minimum, layer->maximum);
}

#if KERNELS_DSP

SPECIALISED void multiply_one_column(const struct convolution *layer, const int16_t *column, int32_t length,
                                     bool interleaved, int8_t *output)
{
    const int32_t channels = layer->output.channels;

    for (int32_t channel = 0; channel < channels; channel += 2) {
        // An odd last channel is computed twice; that is rarer than a third loop is long.
        const int32_t other = channel + 1 < channels ? channel + 1 : channel;
        int32_t sums[2] = {layer->bias[channel], layer->bias[other]};
        (interleaved ? dot_2x1_interleaved : dot_2x1_natural)(
            layer->weights + channel * length, layer->weights + other * length, column, length, sums);
        output[channel] = finish_channel(layer, channel, sums[0]);
        output[other] = finish_channel(layer, other, sums[1]);
    }
}

/// The second column begins `length` after the first.
SPECIALISED void multiply_two_columns(const struct convolution *layer, const int16_t *columns, int32_t length,
                                      bool interleaved, int8_t *output)
{
    const int32_t channels = layer->output.channels;

    for (int32_t channel = 0; channel < channels; channel += 2) {
        const int32_t other = channel + 1 < channels ? channel + 1 : channel;
        const int32_t bias0 = layer->bias[channel], bias1 = layer->bias[other];
        int32_t sums[2][2] = {{bias0, bias1}, {bias0, bias1}};
        (interleaved ? dot_2x2_interleaved : dot_2x2_natural)(
            layer->weights + channel * length, layer->weights + other * length, columns, columns + length,
            length, sums);
        output[channel] = finish_channel(layer, channel, sums[0][0]);
        output[other] = finish_channel(layer, other, sums[0][1]);
        output[channels + channel] = finish_channel(layer, channel, sums[1][0]);
        output[channels + other] = finish_channel(layer, other, sums[1][1]);
    }
}

#endif

#endif
