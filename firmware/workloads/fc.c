// Fully connected layer in int8: 256 to 128.

#include "kernels.h"
#include "workload.h"

// Each turn is shorter where a multiplication does two.
#ifndef REPEAT
#ifdef __ARM_FEATURE_DSP
#define REPEAT 7500
#else
#define REPEAT 2500
#endif
#endif

#define INPUTS 256
#define OUTPUTS 128

static int8_t weights[OUTPUTS * INPUTS], input[INPUTS], output[OUTPUTS];
static int32_t bias[OUTPUTS];
static int16_t scratch[fully_connected_scratch(INPUTS)];

static const struct fully_connected layer = {
    .inputs = INPUTS,
    .outputs = OUTPUTS,
    .weights = weights,
    .bias = bias,
    .multiplier = 0x5A000000,
    .shift = -10,
    .input_offset = 3,
    .output_offset = -4,
    .minimum = -128,
    .maximum = 127,
};

static void draw(void)
{
    uint32_t seed = 2;
    for (uint32_t index = 0; index < sizeof weights; index++) weights[index] = (int8_t)next_random(&seed);
    for (uint32_t index = 0; index < sizeof input; index++) input[index] = (int8_t)next_random(&seed);
    for (uint32_t index = 0; index < OUTPUTS; index++) bias[index] = (int32_t)(next_random(&seed) % 2000) - 1000;
}

static uint32_t product(void)
{
    int8_fully_connected(&layer, input, output, scratch);
    return checksum(output, sizeof output);
}

int main(void)
{
    start_clock();
    draw();
    repeat("fc", product, REPEAT, 0xf6501a89);
}
