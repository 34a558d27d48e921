#include "kpu.h"

#include "clock.h"
#include "dmac.h"
#include "kpu_words.h"
#include "plic.h"
#include "registers.h"
#include "uncached.h"

#define DONE 1u
#define ALMOST_EMPTY 2u
#define ALL_INTERRUPTS 7u

// In layers: almost full at ten, almost empty at one, as the SDK has it.
#define THRESHOLDS (10u | 1u << 4)

#define UPLOAD_CHANNEL 5u

volatile uint32_t kpu_interrupts[3];
static volatile bool done;

static void interrupted(void)
{
    const uint64_t status = KPU_INTERRUPT_STATUS;

    KPU_INTERRUPT_CLEAR = status;
    for (unsigned kind = 0; kind < 3; kind++) kpu_interrupts[kind] += status >> kind & 1;
    if (status & DONE) done = true;
}

void kpu_start(bool eight_bit_weights)
{
    clock_start_kpu();
    dmac_start();
    KPU_FIFO_CONTROL = 0;
    KPU_FIFO_CONTROL = 0x1F;
    KPU_INTERRUPT_CLEAR = ALL_INTERRUPTS;
    KPU_INTERRUPT_MASK = ALL_INTERRUPTS;
    KPU_FIFO_THRESHOLD = THRESHOLDS;
    kpu_set_weights(eight_bit_weights);
    interrupt_enable(PLIC_AI, interrupted);
}

void kpu_set_weights(bool eight_bit)
{
    KPU_EIGHT_BIT_MODE = eight_bit;
}

static void listen_to(uint64_t interrupts)
{
    done = false;
    KPU_INTERRUPT_CLEAR = ALL_INTERRUPTS;
    KPU_INTERRUPT_MASK = ALL_INTERRUPTS & ~interrupts;
}

/// Whether the end is told and whether the result is sent is up to the caller,
/// whatever a layer that was read from a file says.
static void push(const struct kpu_layer *layer, uint64_t interrupt, uint64_t send)
{
    KPU_LAYER_FIFO = (layer->words[0] & ~KPU_INTERRUPT_WHEN_DONE) | interrupt;
    for (unsigned index = 1; index < 11; index++) KPU_LAYER_FIFO = layer->words[index];
    KPU_LAYER_FIFO = (layer->words[11] & ~KPU_SEND_DATA_OUT) | send;
}

void kpu_run(const struct kpu_layer *layer)
{
    listen_to(DONE);
    push(layer, KPU_INTERRUPT_WHEN_DONE, 0);
    interrupt_wait(&done);
}

void kpu_run_out(const struct kpu_layer *layer, void *result, uint32_t dma_channel)
{
    const uint32_t bytes = (uint32_t)(layer->words[11] >> 32) + 1;

    listen_to(0);
    dmac_receive(dma_channel, DMAC_REQUEST_AI_RX, result, KPU_DATA_OUT_ADDRESS, (bytes + 7) / 8);
    push(layer, 0, KPU_SEND_DATA_OUT);
    dmac_wait(dma_channel);
}

void kpu_run_burst(const struct kpu_layer *layers, uint32_t count)
{
    listen_to(DONE | ALMOST_EMPTY);
    for (uint32_t index = 0; index < count; index++) {
        push(&layers[index], index + 1 == count ? KPU_INTERRUPT_WHEN_DONE : 0, 0);
    }
    interrupt_wait(&done);
}

void kpu_upload(uint32_t line, const uint8_t *from, struct kpu_shape shape)
{
    if (shape.width % 64 != 0) {
        kpu_upload_rows(line, from, shape);
        return;
    }
    dmac_copy(UPLOAD_CHANNEL, (void *)(uintptr_t)(UNCACHED_AI_MEMORY + 64 * line), uncached(from),
              shape.width * shape.height * shape.channels / 8);
    dmac_wait(UPLOAD_CHANNEL);
}
