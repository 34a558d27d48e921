// Convolution in int8: 3x3, 32 to 32 channels, on 16x16. Columns, SMLAD, rescaling.

#include "kernels.h"
#include "workload.h"

// Each turn is shorter where a multiplication does two.
#ifndef REPEAT
#ifdef __ARM_FEATURE_DSP
#define REPEAT 120
#else
#define REPEAT 30
#endif
#endif

#define SIDE 16
#define CHANNELS 32

static int8_t weights[CHANNELS * 9 * CHANNELS];
static int32_t bias[CHANNELS], multiplier[CHANNELS], shift[CHANNELS];
static int8_t input[SIDE * SIDE * CHANNELS], output[SIDE * SIDE * CHANNELS];
static int16_t scratch[convolution_scratch(3, 3, CHANNELS)];

static const struct convolution layer = {
    .input = {SIDE, SIDE, CHANNELS},
    .output = {SIDE, SIDE, CHANNELS},
    .window = {3, 3, 1, 1, 1, 1},
    .weights = weights,
    .bias = bias,
    .rescale = {multiplier, shift},
    .input_offset = 5,
    .output_offset = -7,
    .minimum = -128,
    .maximum = 127,
};

static void draw(void)
{
    uint32_t seed = 1;
    for (uint32_t index = 0; index < sizeof weights; index++) weights[index] = (int8_t)next_random(&seed);
    for (uint32_t index = 0; index < sizeof input; index++) input[index] = (int8_t)next_random(&seed);
    for (uint32_t channel = 0; channel < CHANNELS; channel++) {
        bias[channel] = (int32_t)(next_random(&seed) % 20000) - 10000;
        multiplier[channel] = (int32_t)(0x40000000u + next_random(&seed));
        shift[channel] = -10;
    }
}

static uint32_t convolution(void)
{
    int8_convolve(&layer, input, output, scratch);
    return checksum(output, sizeof output);
}

int main(void)
{
    start_clock();
    draw();
    repeat("conv", convolution, REPEAT, 0xe21e1a2f);
}
