// ReLU forms as layers of their own.

#include "fixed_point.h"
#include "kernels.h"

void int8_relu(const struct rectification *layer, const int8_t *input, int8_t *output)
{
    for (int32_t index = 0; index < layer->size; index++) {
        const int32_t value = rescale(input[index] + layer->input_offset, layer->multiplier, layer->shift);
        output[index] = (int8_t)clamp_to(value + layer->output_offset, layer->minimum, layer->maximum);
    }
}

void int8_clamp(const struct clamping *layer, const int8_t *input, int8_t *output)
{
    for (int32_t index = 0; index < layer->size; index++) {
        output[index] = (int8_t)clamp_to(input[index], layer->minimum, layer->maximum);
    }
}
