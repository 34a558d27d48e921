// The KPU: layers of twelve words, images in its own 2 MiB of AI memory, which
// is counted in lines of 64 bytes.

#ifndef KPU_H
#define KPU_H

#include <stdbool.h>
#include <stdint.h>

struct kpu_layer {
    uint64_t words[12];
};

struct kpu_shape {
    uint32_t width, height, channels;
};

/// How an image of some width lies in AI memory.
struct kpu_layout {
    uint32_t channels_per_line;  // 4, 2 or 1
    uint32_t lines_per_row;
    uint32_t pitch;              // bytes from one channel to the next within a line
};

struct kpu_layout kpu_layout_of(uint32_t width);

/// Lines of AI memory that an image fills.
uint32_t kpu_lines(struct kpu_shape shape);

/// Clocks the KPU, empties its FIFO and lets it interrupt hart 0. DMA is started too.
void kpu_start(bool eight_bit_weights);

/// Weights of 8 or of 16 bits from the next layer on.
void kpu_set_weights(bool eight_bit);

/// Runs one layer, whose result stays in AI memory, and sleeps meanwhile.
void kpu_run(const struct kpu_layer *layer);

/// Runs one layer and lets DMA write its result, channel after channel and
/// padded to words of 64 bits, to `result`, which is uncached memory.
void kpu_run_out(const struct kpu_layer *layer, void *result, uint32_t dma_channel);

/// Hands over up to twelve layers at once and sleeps until the last is done.
void kpu_run_burst(const struct kpu_layer *layers, uint32_t count);

/// How often each of the three interrupts came since kpu_start: calculation
/// done, FIFO almost empty, FIFO almost full.
extern volatile uint32_t kpu_interrupts[3];

/// Puts bytes in [channel][row][column] order into AI memory. Rows of a
/// multiple of 64 bytes are left to DMA, which reads past the caches.
void kpu_upload(uint32_t line, const uint8_t *from, struct kpu_shape shape);

/// The same by the processor, whatever the width.
void kpu_upload_rows(uint32_t line, const uint8_t *from, struct kpu_shape shape);

/// The way back, by the processor.
void kpu_download(uint32_t line, uint8_t *to, struct kpu_shape shape);

#endif
