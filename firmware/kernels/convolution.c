// Convolution with any window.

#include "columns.h"
#include "kernels.h"

#if KERNELS_DSP

/// The input under the window of one output pixel, as one column. Outside the
/// image the real value is 0, which is also 0 here: offset plus zero point.
SPECIALISED void gather(const struct convolution *layer, const int8_t *input, int32_t row, int32_t column,
                        bool interleaved, int16_t *to)
{
    const struct shape *shape = &layer->input;
    const struct window *window = &layer->window;
    const int32_t channels = shape->channels;
    const int32_t top = row * window->stride_height - window->top;
    const int32_t left = column * window->stride_width - window->left;

    for (int32_t y = top; y < top + window->height; y++) {
        for (int32_t x = left; x < left + window->width; x++, to += channels) {
            if (y < 0 || y >= shape->height || x < 0 || x >= shape->width) {
                for (int32_t channel = 0; channel < channels; channel++) to[channel] = 0;
                continue;
            }
            const int8_t *pixel = input + (y * shape->width + x) * channels;
            if (interleaved) {
                widen_interleaved(pixel, channels, layer->input_offset, to);
            } else {
                widen_natural(pixel, channels, layer->input_offset, to);
            }
        }
    }
}

SPECIALISED void convolve_in_order(const struct convolution *layer, const int8_t *input, int8_t *output,
                                   int16_t *scratch, bool interleaved)
{
    const int32_t length = layer->window.height * layer->window.width * layer->input.channels;
    const int32_t channels = layer->output.channels;
    bool waiting = false;

    for (int32_t row = 0; row < layer->output.height; row++) {
        for (int32_t column = 0; column < layer->output.width; column++) {
            gather(layer, input, row, column, interleaved, scratch + (waiting ? length : 0));
            if (waiting) {
                multiply_two_columns(layer, scratch, length, interleaved, output);
                output += 2 * channels;
            }
            waiting = !waiting;
        }
    }
    if (waiting) multiply_one_column(layer, scratch, length, interleaved, output);
}

void int8_convolve(const struct convolution *layer, const int8_t *input, int8_t *output, int16_t *scratch)
{
    // Groups of four may not straddle two pixels in interleaved order.
    if (layer->input.channels % 4 == 0) {
        convolve_in_order(layer, input, output, scratch, true);
    } else {
        convolve_in_order(layer, input, output, scratch, false);
    }
}

#else

void int8_convolve(const struct convolution *layer, const int8_t *input, int8_t *output, int16_t *scratch)
{
    const struct shape *shape = &layer->input;
    const struct window *window = &layer->window;
    (void)scratch;

    for (int32_t row = 0; row < layer->output.height; row++) {
        for (int32_t column = 0; column < layer->output.width; column++) {
            const int32_t top = row * window->stride_height - window->top;
            const int32_t left = column * window->stride_width - window->left;
            const int8_t *weights = layer->weights;
            for (int32_t channel = 0; channel < layer->output.channels; channel++) {
                int32_t sum = layer->bias[channel];
                for (int32_t y = top; y < top + window->height; y++) {
                    for (int32_t x = left; x < left + window->width; x++, weights += shape->channels) {
                        if (y < 0 || y >= shape->height || x < 0 || x >= shape->width) continue;
                        const int8_t *pixel = input + (y * shape->width + x) * shape->channels;
                        for (int32_t depth = 0; depth < shape->channels; depth++) {
                            sum += weights[depth] * (pixel[depth] + layer->input_offset);
                        }
                    }
                }
                *output++ = finish_channel(layer, channel, sum);
            }
        }
    }
}

#endif
