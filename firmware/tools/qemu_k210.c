// What QEMU's `virt` lacks of a K210, played by the processor: clocks, the
// console (a semihosting call), DMA and the KPU (the reference in kpu/).

#include "clock.h"
#include "dmac.h"
#include "kpu.h"
#include "reference.h"
#include "uarths.h"
#include "uncached.h"

#define SYS_WRITEC 3

// Beyond the 8 MiB that are the K210's.
#define SCRATCH(number) ((uint8_t *)(0x81000000ul + 0x1000000ul * (number)))

long semihosting(long operation, const void *block);

volatile uint32_t kpu_interrupts[3];
static bool eight_bit_weights;

uint32_t clock_start(void) { return 403000000; }
uint32_t clock_start_kpu(void) { return 398666666; }
void uarths_start(uint32_t clock_hz, uint32_t baud) { (void)clock_hz, (void)baud; }
void uarths_put(char byte) { semihosting(SYS_WRITEC, &byte); }
void uarths_drain(void) {}
void dmac_start(void) {}
void dmac_wait(uint32_t channel) { (void)channel; }
void dmac_copy(uint32_t channel, void *to, const void *from, uint32_t words)
{
    (void)channel;
    __builtin_memcpy(to, from, 8ul * words);
}

void kpu_start(bool eight_bit) { eight_bit_weights = eight_bit; }
void kpu_set_weights(bool eight_bit) { eight_bit_weights = eight_bit; }

static uint32_t field(uint64_t word, unsigned place, unsigned width)
{
    return (uint32_t)(word >> place & ((1ull << width) - 1));
}

static const void *table(uint64_t word)
{
    const uint64_t address = word >> 32;
    return (const void *)(address < 0x80000000 ? address + 0x40000000 : address);
}

static struct kpu_convolution decode(const uint64_t *word)
{
    return (struct kpu_convolution){
        .input = {field(word[3], 0, 10) + 1, field(word[3], 10, 9) + 1, field(word[2], 0, 10) + 1},
        .output_channels = field(word[2], 32, 10) + 1,
        .source = field(word[1], 0, 15),
        .destination = field(word[1], 32, 15),
        .kernel = field(word[4], 0, 3) ? 3 : 1,
        .depthwise = field(word[0], 3, 1),
        .eight_bit = eight_bit_weights,
        .pool = field(word[4], 4, 4),
        .pad_value = (uint8_t)field(word[4], 24, 8),
        .shift_w = field(word[9], 0, 4),
        .shift_x = field(word[9], 4, 4),
        .arg_w = (int32_t)(word[9] << 32 >> 32) >> 8,
        .arg_x = (int32_t)(word[9] >> 24) >> 8,
        .arg_add = (int64_t)(word[10] << 24) >> 24,
        .weights = table(word[5]),
        .norms = table(word[4]),
        .activation = table(word[7]),
    };
}

static uint8_t *compute(const struct kpu_layer *layer)
{
    const struct kpu_convolution convolution = decode(layer->words);

    kpu_download(convolution.source, SCRATCH(0), convolution.input);
    reference_layer(&convolution, SCRATCH(0), SCRATCH(1), SCRATCH(2));
    return SCRATCH(2);
}

void kpu_run(const struct kpu_layer *layer)
{
    const struct kpu_convolution convolution = decode(layer->words);

    kpu_upload_rows(convolution.destination, compute(layer), kpu_output(&convolution));
    kpu_interrupts[0]++;
}

void kpu_run_out(const struct kpu_layer *layer, void *result, uint32_t dma_channel)
{
    (void)dma_channel;
    __builtin_memcpy(result, compute(layer), (layer->words[11] >> 32) + 1);
}

void kpu_run_burst(const struct kpu_layer *layers, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++) kpu_run(&layers[index]);
    kpu_interrupts[0] -= count - 1;
    kpu_interrupts[1]++;
}

void kpu_upload(uint32_t line, const uint8_t *from, struct kpu_shape shape)
{
    kpu_upload_rows(line, from, shape);
}
