// A layer as a program describes it, and as the KPU takes it.

#ifndef KPU_WORDS_H
#define KPU_WORDS_H

#include "kpu.h"

#define KPU_INTERRUPT_WHEN_DONE (1ull << 0)  // word 0
#define KPU_SEND_DATA_OUT (1ull << 0)        // word 11

enum kpu_pool {
    KPU_POOL_NONE,
    KPU_POOL_MAXIMUM_2,
    KPU_POOL_MEAN_2,
    KPU_POOL_MAXIMUM_4,
    KPU_POOL_MEAN_4,
    KPU_POOL_LEFT_TOP_2,
    KPU_POOL_RIGHT_TOP_2,
    KPU_POOL_LEFT_TOP_4,
    KPU_POOL_MEAN_2_STRIDE_1,
    KPU_POOL_MAXIMUM_2_STRIDE_1,
};

/// One output channel's factor, shift and summand: value * mul >> shift + add.
#define KPU_NORM(mul, shift, add) \
    (((uint64_t)(mul) & 0xFFFFFF) | ((uint64_t)(uint32_t)(add) << 24) | (uint64_t)(shift) << 56)

/// One segment of an activation: (value - start) * mul, rounded after the shift.
#define KPU_SEGMENT(start, mul, shift) \
    (((uint64_t)(start) & 0xFFFFFFFFF) << 24 | ((uint64_t)(mul) & 0xFFFF) << 8 | (uint64_t)(shift))

/// Where the KPU expects its tables.
#define KPU_TABLE __attribute__((aligned(256)))

#define KPU_SEGMENTS 16
#define KPU_LOWEST (-(1ll << 35))  // where the first segment starts

struct kpu_activation {
    uint64_t segments[KPU_SEGMENTS];
    uint8_t bias[KPU_SEGMENTS];
} KPU_TABLE;

struct kpu_convolution {
    struct kpu_shape input;      // before pooling the output is as wide and as high
    uint32_t output_channels;
    uint32_t source, destination;  // lines of AI memory
    uint32_t kernel;             // 1 or 3
    bool depthwise;
    bool eight_bit;              // weights: uint8_t or uint16_t
    enum kpu_pool pool;
    uint8_t pad_value;           // stands for pixels outside the image
    uint32_t shift_w, shift_x;   // the sum of weights and the sum of pixels ...
    int32_t arg_w, arg_x;        // ... times arg >> shift are added,
    int64_t arg_add;             // and this, once for each input channel
    const void *weights;         // [output channel][input channel][row][column]
    const uint64_t *norms;       // KPU_NORM, one per output channel
    const struct kpu_activation *activation;
};

/// Pixels from one output pixel to the next.
uint32_t kpu_stride(enum kpu_pool pool);

/// Width or height after pooling.
uint32_t kpu_pooled(uint32_t size, enum kpu_pool pool);

struct kpu_shape kpu_output(const struct kpu_convolution *layer);

/// The twelve words. Tables are handed to the KPU by their uncached addresses.
struct kpu_layer kpu_words(const struct kpu_convolution *layer);

#endif
