// Average and maximum pooling. Cells outside the image do not count.

#include "dsp.h"
#include "fixed_point.h"
#include "kernels.h"

/// The part of the image under one window.
struct area {
    int32_t top, bottom, left, right;
};

static inline struct area area_of(const struct pooling *layer, int32_t row, int32_t column)
{
    const struct window *window = &layer->window;
    const int32_t top = row * window->stride_height - window->top;
    const int32_t left = column * window->stride_width - window->left;

    const int32_t bottom = top + window->height, right = left + window->width;

    return (struct area){
        .top = top < 0 ? 0 : top,
        .bottom = bottom > layer->input.height ? layer->input.height : bottom,
        .left = left < 0 ? 0 : left,
        .right = right > layer->input.width ? layer->input.width : right,
    };
}

/// Rounded to nearest, ties away from zero.
static inline int8_t mean(const struct pooling *layer, int32_t sum, int32_t count)
{
    const int32_t value = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
    return (int8_t)clamp_to(value, layer->minimum, layer->maximum);
}

static inline void average_under(const struct pooling *layer, const int8_t *input, struct area area, int8_t *output)
{
    const int32_t channels = layer->input.channels;
    const int32_t count = (area.bottom - area.top) * (area.right - area.left);
    int32_t channel = 0;

#if KERNELS_DSP
    // 255 bytes fit into a signed halfword, however large they are.
    for (; count <= 255 && channel + 4 <= channels; channel += 4) {
        uint32_t even = 0, odd = 0;
        for (int32_t y = area.top; y < area.bottom; y++) {
            const int8_t *pixel = input + (y * layer->input.width + area.left) * channels + channel;
            for (int32_t x = area.left; x < area.right; x++, pixel += channels) {
                const uint32_t bytes = load_word(pixel);
                even = add_even_bytes(even, bytes);
                odd = add_odd_bytes(odd, bytes);
            }
        }
        output[channel] = mean(layer, (int16_t)even, count);
        output[channel + 1] = mean(layer, (int16_t)odd, count);
        output[channel + 2] = mean(layer, (int32_t)even >> 16, count);
        output[channel + 3] = mean(layer, (int32_t)odd >> 16, count);
    }
#endif
    for (; channel < channels; channel++) {
        int32_t sum = 0;
        for (int32_t y = area.top; y < area.bottom; y++) {
            for (int32_t x = area.left; x < area.right; x++) {
                sum += input[(y * layer->input.width + x) * channels + channel];
            }
        }
        output[channel] = mean(layer, sum, count);
    }
}

static inline void maximum_under(const struct pooling *layer, const int8_t *input, struct area area, int8_t *output)
{
    const int32_t channels = layer->input.channels;
    int32_t channel = 0;

#if KERNELS_DSP
    for (; channel + 4 <= channels; channel += 4) {
        uint32_t best = 0x80808080u;
        for (int32_t y = area.top; y < area.bottom; y++) {
            const int8_t *pixel = input + (y * layer->input.width + area.left) * channels + channel;
            for (int32_t x = area.left; x < area.right; x++, pixel += channels) {
                best = maximum_of_bytes(load_word(pixel), best);
            }
        }
        for (int32_t lane = 0; lane < 4; lane++) {
            output[channel + lane] = (int8_t)clamp_to((int8_t)(best >> 8 * lane), layer->minimum, layer->maximum);
        }
    }
#endif
    for (; channel < channels; channel++) {
        int32_t best = INT8_MIN;
        for (int32_t y = area.top; y < area.bottom; y++) {
            for (int32_t x = area.left; x < area.right; x++) {
                const int32_t value = input[(y * layer->input.width + x) * channels + channel];
                if (value > best) best = value;
            }
        }
        output[channel] = (int8_t)clamp_to(best, layer->minimum, layer->maximum);
    }
}

void int8_average_pool(const struct pooling *layer, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < layer->output.height; row++) {
        for (int32_t column = 0; column < layer->output.width; column++) {
            average_under(layer, input, area_of(layer, row, column), output);
            output += layer->input.channels;
        }
    }
}

void int8_maximum_pool(const struct pooling *layer, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < layer->output.height; row++) {
        for (int32_t column = 0; column < layer->output.width; column++) {
            maximum_under(layer, input, area_of(layer, row, column), output);
            output += layer->input.channels;
        }
    }
}
