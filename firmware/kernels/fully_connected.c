// Fully connected layer: a matrix by a vector.

#include "dot.h"
#include "fixed_point.h"
#include "kernels.h"

static inline int8_t finish(const struct fully_connected *layer, int32_t sum)
{
    const int32_t value = rescale(sum, layer->multiplier, layer->shift);
    return (int8_t)clamp_to(value + layer->output_offset, layer->minimum, layer->maximum);
}

void int8_fully_connected(const struct fully_connected *layer, const int8_t *input, int8_t *output, int16_t *scratch)
{
    const int32_t inputs = layer->inputs;
    const int8_t *weights = layer->weights;

#if KERNELS_DSP
    widen_interleaved(input, inputs, layer->input_offset, scratch);
    for (int32_t index = 0; index < layer->outputs; index += 2) {
        const int32_t other = index + 1 < layer->outputs ? index + 1 : index;
        int32_t sums[2] = {layer->bias[index], layer->bias[other]};
        dot_2x1_interleaved(weights + index * inputs, weights + other * inputs, scratch, inputs, sums);
        output[index] = finish(layer, sums[0]);
        output[other] = finish(layer, sums[1]);
    }
#else
    (void)scratch;
    for (int32_t index = 0; index < layer->outputs; index++) {
        int32_t sum = layer->bias[index];
        for (int32_t from = 0; from < inputs; from++) sum += *weights++ * (input[from] + layer->input_offset);
        output[index] = finish(layer, sum);
    }
#endif
}
