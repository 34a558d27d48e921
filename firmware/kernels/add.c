// Sum of two tensors of different scales.

#include "fixed_point.h"
#include "kernels.h"

// Both inputs are brought to one scale with this many more bits, so that
// nothing is lost before the sum is rounded to the output's scale.
#define HEADROOM 20

static inline int32_t term(const struct addition *layer, int which, int8_t value)
{
    const int32_t raised = (value + layer->input_offset[which]) * (1 << HEADROOM);
    return rescale(raised, layer->input_multiplier[which], layer->input_shift[which]);
}

void int8_add(const struct addition *layer, const int8_t *first, const int8_t *second, int8_t *output)
{
    for (int32_t index = 0; index < layer->size; index++) {
        const int32_t sum = term(layer, 0, first[index]) + term(layer, 1, second[index]);
        const int32_t value = rescale(sum, layer->output_multiplier, layer->output_shift);
        output[index] = (int8_t)clamp_to(value + layer->output_offset, layer->minimum, layer->maximum);
    }
}
