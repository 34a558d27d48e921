// Every kind of layer that the KPU knows, each compared byte for byte with what
// plain integer arithmetic on the processor gives.

#include "board.h"
#include "dmac.h"
#include "draw.h"
#include "kpu.h"
#include "kpu_words.h"
#include "plans.h"
#include "print.h"
#include "reference.h"
#include "uncached.h"

#define BURST 12u

static uint8_t input[IMAGE_BYTES] __attribute__((aligned(8)));
static uint8_t expected[IMAGE_BYTES], unpooled[IMAGE_BYTES];
static uint8_t result[IMAGE_BYTES] __attribute__((aligned(8)));
static uint8_t sent[IMAGE_BYTES] UNCACHED_BUFFER, received[IMAGE_BYTES + 8] UNCACHED_BUFFER;
static uint32_t failures, layers;

static uint32_t bytes_of(struct kpu_shape shape)
{
    return shape.width * shape.height * shape.channels;
}

static bool same(const uint8_t *got, const uint8_t *wanted, uint32_t bytes)
{
    for (uint32_t index = 0; index < bytes; index++) {
        if (got[index] == wanted[index]) continue;
        print(" byte %u is %u, not %u:", index, got[index], wanted[index]);
        return false;
    }
    return true;
}

static void tell(bool passed)
{
    print(passed ? " pass\n" : " FAIL\n");
    layers++;
    if (!passed) failures++;
}

static const char *const pools[] = {
    "no pool",        "maximum of 2",   "mean of 2",             "maximum of 4",        "mean of 4",
    "left top of 2",  "right top of 2", "left top of 4",         "mean of 2, stride 1", "maximum of 2, stride 1",
};

static void describe(const struct kpu_convolution *layer, bool out)
{
    print("%s%ux%u, %u-bit, %ux%u, %u to %u channels, %s, pad %u, to %s:", layer->depthwise ? "depthwise " : "",
          layer->kernel, layer->kernel, layer->eight_bit ? 8 : 16, layer->input.width, layer->input.height,
          layer->input.channels, layer->output_channels, pools[layer->pool], layer->pad_value,
          out ? "memory" : "AI memory");
}

static void place_input(const struct kpu_convolution *layer)
{
    const uint32_t bytes = bytes_of(layer->input);

    draw_bytes(input, bytes);
    if (layer->input.width % 64 == 0) {
        __builtin_memcpy(uncached(sent), input, bytes);
        kpu_upload(layer->source, sent, layer->input);
    } else {
        kpu_upload(layer->source, input, layer->input);
    }
}

static void run_one(uint32_t number)
{
    const struct kpu_convolution layer = plan_layer(number);
    const struct kpu_layer words = kpu_words(&layer);
    const uint32_t bytes = bytes_of(kpu_output(&layer));
    const bool out = number % 3 == 2;

    describe(&layer, out);
    place_input(&layer);
    reference_layer(&layer, input, unpooled, expected);
    kpu_set_weights(layer.eight_bit);
    if (out) {
        kpu_run_out(&words, uncached(received), number % DMAC_CHANNELS);
        tell(same(uncached(received), expected, bytes));
    } else {
        kpu_run(&words);
        kpu_download(layer.destination, result, kpu_output(&layer));
        tell(same(result, expected, bytes));
    }
}

/// Twelve layers in one go, each reading what the one before it wrote.
static void run_burst(void)
{
    static struct kpu_layer words[BURST];
    struct kpu_convolution layer = plan_chained(0);

    kpu_set_weights(true);
    place_input(&layer);
    __builtin_memcpy(expected, input, bytes_of(layer.input));
    for (uint32_t index = 0; index < BURST; index++) {
        layer = plan_chained(index);
        words[index] = kpu_words(&layer);
        __builtin_memcpy(input, expected, bytes_of(layer.input));
        reference_layer(&layer, input, unpooled, expected);
    }
    const uint32_t done = kpu_interrupts[0], almost_empty = kpu_interrupts[1];
    kpu_run_burst(words, BURST);
    kpu_download(layer.destination, result, kpu_output(&layer));
    print("burst of %u layers, almost-empty interrupts: %s, done interrupts: %u:", BURST,
          kpu_interrupts[1] > almost_empty ? "some" : "NONE", kpu_interrupts[0] - done);
    tell(same(result, expected, bytes_of(kpu_output(&layer))) && kpu_interrupts[1] > almost_empty
         && kpu_interrupts[0] == done + 1);
}

int main(void)
{
    board_start();
    kpu_start(true);
    for (uint32_t number = 0; number < plan_count; number++) run_one(number);
    run_burst();
    print("kpu: %u of %u pass\n", layers - failures, layers);
    return failures == 0 ? 0 : 1;
}
