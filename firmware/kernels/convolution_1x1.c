// Convolution with a 1x1 window: a product of two matrices. No input has to be
// gathered, each pixel is a column.

#include "columns.h"
#include "kernels.h"

void int8_convolve_1x1(const struct convolution *layer, const int8_t *input, int8_t *output, int16_t *scratch)
{
    const int32_t depth = layer->input.channels;
    const int32_t channels = layer->output.channels;
    int32_t pixels = layer->output.height * layer->output.width;

#if KERNELS_DSP
    for (; pixels >= 2; pixels -= 2, input += 2 * depth, output += 2 * channels) {
        widen_interleaved(input, depth, layer->input_offset, scratch);
        widen_interleaved(input + depth, depth, layer->input_offset, scratch + depth);
        multiply_two_columns(layer, scratch, depth, true, output);
    }
    if (pixels > 0) {
        widen_interleaved(input, depth, layer->input_offset, scratch);
        multiply_one_column(layer, scratch, depth, true, output);
    }
#else
    (void)scratch;
    for (; pixels > 0; pixels--, input += depth) {
        const int8_t *weights = layer->weights;
        for (int32_t channel = 0; channel < channels; channel++) {
            int32_t sum = layer->bias[channel];
            for (int32_t index = 0; index < depth; index++) {
                sum += *weights++ * (input[index] + layer->input_offset);
            }
            *output++ = finish_channel(layer, channel, sum);
        }
    }
#endif
}
