#include "plans.h"

#include "draw.h"

#define AI_LINES (2u * 1024 * 1024 / 64)

struct plan {
    struct kpu_shape input;
    uint16_t outputs;
    uint8_t kernel;
    uint8_t pool;
    bool depthwise, sixteen_bit;
};

#define DEPTHWISE true
#define FULL false
#define BITS_16 true
#define BITS_8 false

// First every pooling on every kind of kernel, with sizes that do not divide
// evenly and widths of each layout; then what is at the edge.
static const struct plan plans[] = {
    {{13, 9, 3}, 5, 3, KPU_POOL_NONE, FULL, BITS_8},
    {{12, 9, 5}, 6, 3, KPU_POOL_MAXIMUM_2, FULL, BITS_8},
    {{15, 10, 4}, 7, 3, KPU_POOL_MEAN_2, FULL, BITS_8},
    {{17, 12, 3}, 4, 3, KPU_POOL_MAXIMUM_4, FULL, BITS_8},
    {{19, 13, 3}, 5, 3, KPU_POOL_MEAN_4, FULL, BITS_8},
    {{21, 11, 2}, 6, 3, KPU_POOL_LEFT_TOP_2, FULL, BITS_8},
    {{32, 8, 2}, 5, 3, KPU_POOL_RIGHT_TOP_2, FULL, BITS_8},
    {{33, 12, 2}, 3, 3, KPU_POOL_LEFT_TOP_4, FULL, BITS_8},
    {{16, 7, 3}, 4, 3, KPU_POOL_MEAN_2_STRIDE_1, FULL, BITS_8},
    {{14, 6, 3}, 9, 3, KPU_POOL_MAXIMUM_2_STRIDE_1, FULL, BITS_8},

    {{20, 15, 9}, 6, 1, KPU_POOL_NONE, FULL, BITS_8},
    {{18, 10, 8}, 9, 1, KPU_POOL_MAXIMUM_2, FULL, BITS_8},
    {{11, 9, 17}, 5, 1, KPU_POOL_MEAN_2, FULL, BITS_8},
    {{40, 8, 5}, 7, 1, KPU_POOL_MAXIMUM_4, FULL, BITS_8},
    {{24, 9, 6}, 10, 1, KPU_POOL_MEAN_4, FULL, BITS_8},
    {{9, 9, 12}, 13, 1, KPU_POOL_LEFT_TOP_2, FULL, BITS_8},
    {{22, 6, 7}, 8, 1, KPU_POOL_RIGHT_TOP_2, FULL, BITS_8},
    {{70, 8, 3}, 5, 1, KPU_POOL_LEFT_TOP_4, FULL, BITS_8},
    {{10, 5, 16}, 11, 1, KPU_POOL_MEAN_2_STRIDE_1, FULL, BITS_8},
    {{7, 7, 15}, 16, 1, KPU_POOL_MAXIMUM_2_STRIDE_1, FULL, BITS_8},

    {{13, 10, 9}, 9, 3, KPU_POOL_NONE, DEPTHWISE, BITS_8},
    {{30, 11, 5}, 5, 3, KPU_POOL_MAXIMUM_2, DEPTHWISE, BITS_8},
    {{26, 9, 6}, 6, 3, KPU_POOL_MEAN_2, DEPTHWISE, BITS_8},
    {{50, 12, 3}, 3, 3, KPU_POOL_MAXIMUM_4, DEPTHWISE, BITS_8},
    {{65, 9, 3}, 3, 3, KPU_POOL_MEAN_4, DEPTHWISE, BITS_8},
    {{12, 12, 8}, 8, 3, KPU_POOL_LEFT_TOP_2, DEPTHWISE, BITS_8},
    {{16, 9, 7}, 7, 3, KPU_POOL_RIGHT_TOP_2, DEPTHWISE, BITS_8},
    {{20, 20, 4}, 4, 3, KPU_POOL_LEFT_TOP_4, DEPTHWISE, BITS_8},
    {{8, 9, 13}, 13, 3, KPU_POOL_MEAN_2_STRIDE_1, DEPTHWISE, BITS_8},
    {{31, 5, 9}, 9, 3, KPU_POOL_MAXIMUM_2_STRIDE_1, DEPTHWISE, BITS_8},
    {{14, 8, 10}, 10, 1, KPU_POOL_NONE, DEPTHWISE, BITS_8},
    {{28, 8, 6}, 6, 1, KPU_POOL_MEAN_2, DEPTHWISE, BITS_8},

    {{13, 9, 4}, 6, 3, KPU_POOL_NONE, FULL, BITS_16},
    {{22, 8, 9}, 7, 1, KPU_POOL_MAXIMUM_2, FULL, BITS_16},
    {{34, 7, 5}, 5, 3, KPU_POOL_NONE, DEPTHWISE, BITS_16},
    {{64, 6, 2}, 3, 3, KPU_POOL_MEAN_2, FULL, BITS_16},
    {{12, 6, 9}, 9, 1, KPU_POOL_MAXIMUM_2_STRIDE_1, DEPTHWISE, BITS_16},

    {{64, 8, 3}, 4, 3, KPU_POOL_NONE, FULL, BITS_8},
    {{128, 6, 2}, 3, 3, KPU_POOL_MAXIMUM_2, FULL, BITS_8},
    {{320, 5, 3}, 2, 3, KPU_POOL_NONE, FULL, BITS_8},
    {{512, 4, 1}, 2, 1, KPU_POOL_NONE, FULL, BITS_8},
    {{4, 255, 2}, 3, 3, KPU_POOL_NONE, FULL, BITS_8},
    {{4, 4, 1024}, 3, 1, KPU_POOL_NONE, FULL, BITS_8},
    {{4, 4, 2}, 1024, 1, KPU_POOL_NONE, FULL, BITS_8},
    {{4, 4, 96}, 60, 3, KPU_POOL_MAXIMUM_2, FULL, BITS_8},   // two loads of weights
    {{4, 4, 64}, 62, 3, KPU_POOL_NONE, FULL, BITS_16},       // two loads of weights
    {{4, 4, 1024}, 1024, 3, KPU_POOL_NONE, DEPTHWISE, BITS_8},
    {{4, 4, 1}, 1, 1, KPU_POOL_MEAN_4, FULL, BITS_8},
};

const uint32_t plan_count = sizeof plans / sizeof *plans;

struct kpu_convolution plan_layer(uint32_t number)
{
    const struct plan *const plan = &plans[number];
    struct kpu_convolution layer = {
        .input = plan->input,
        .output_channels = plan->outputs,
        .kernel = plan->kernel,
        .depthwise = plan->depthwise,
        .eight_bit = !plan->sixteen_bit,
        .pool = plan->pool,
    };

    // Somewhere below and somewhere above, each at its end in some layers.
    layer.source = number % 4 == 0 ? 0 : (uint32_t)draw(0, 8000);
    layer.destination = AI_LINES - kpu_lines(kpu_output(&layer)) - (number % 4 == 1 ? 0 : (uint32_t)draw(0, 8000));
    draw_tables(&layer);
    return layer;
}

struct kpu_convolution plan_chained(uint32_t number)
{
    const uint32_t channels[] = {3, 8, 8, 12, 12, 7, 7, 16, 16, 5, 5, 10, 6};
    struct kpu_convolution layer = {
        .input = {24, 16, channels[number]},
        .output_channels = channels[number + 1],
        .kernel = number % 3 == 2 ? 1 : 3,
        .depthwise = channels[number] == channels[number + 1],
        .eight_bit = true,
        .pool = KPU_POOL_NONE,
        .source = number % 2 * AI_LINES / 2,
        .destination = (number + 1) % 2 * AI_LINES / 2,
    };

    draw_tables(&layer);
    return layer;
}
