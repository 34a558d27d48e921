// The handwritten digits of the STM32F4, with the convolutions on the KPU and
// the head on the processor.

#include "../images.h"
#include "board.h"
#include "kpu.h"
#include "model.h"
#include "print.h"
#include "simulate.h"
#include "uncached.h"

#define CLASSES 10u
#define DMA_CHANNEL 0u

static uint8_t received[DIGITS_FEATURES + 8] UNCACHED_BUFFER;
static int8_t features[DIGITS_FEATURES], logits[CLASSES], shares[CLASSES];
static int16_t scratch[fully_connected_scratch(DIGITS_FEATURES)];

/// Pixels are stored from -128 to 127, as the KPU takes them from 0 to 255.
static void upload(const int8_t *pixels)
{
    static uint8_t image[DIGITS_PIXELS] __attribute__((aligned(8)));

    for (uint32_t index = 0; index < DIGITS_PIXELS; index++) image[index] = (uint8_t)(pixels[index] + 128);
    kpu_upload(conv_1.source, image, conv_1.input);
}

static void run_convolutions(void)
{
    const struct kpu_layer first = kpu_words(&conv_1), second = kpu_words(&conv_2);

    kpu_run(&first);
    kpu_run_out(&second, uncached(received), DMA_CHANNEL);
}

/// From the KPU's order of channels, rows and columns to that of the int8
/// kernels: rows, columns, channels.
static void reorder(void)
{
    const struct kpu_shape shape = kpu_output(&conv_2);
    const uint32_t pixels = shape.width * shape.height;
    const uint8_t *from = uncached(received);

    for (uint32_t channel = 0; channel < shape.channels; channel++) {
        for (uint32_t pixel = 0; pixel < pixels; pixel++) {
            features[pixel * shape.channels + channel] = (int8_t)(*from++ - 128);
        }
    }
}

static uint32_t classify(void)
{
    uint32_t best = 0;

    SIMULATE_LAYER_BEGIN("reorder", 0);
    reorder();
    SIMULATE_LAYER_END();
    SIMULATE_LAYER_BEGIN("fc", DIGITS_FEATURES * CLASSES);
    int8_fully_connected(&fc, features, logits, scratch);
    SIMULATE_LAYER_END();
    SIMULATE_LAYER_BEGIN("softmax", 0);
    int8_softmax(&softmax, logits, shares);
    SIMULATE_LAYER_END();
    for (uint32_t class = 1; class < CLASSES; class++) {
        if (shares[class] > shares[best]) best = class;
    }
    return best;
}

/// How many of the first image's features are not TFLite's, whose rounding is
/// another.
static uint32_t different_features(void)
{
    const uint8_t *const got = uncached(received);
    uint32_t count = 0;

    for (uint32_t index = 0; index < DIGITS_FEATURES; index++) count += got[index] != golden_features[index];
    return count;
}

int main(void)
{
    uint32_t right = 0, cycles = 0;

    board_start();
    kpu_start(true);
    for (uint32_t index = 0; index < DIGITS_IMAGES; index++) {
        const uint32_t start = board_cycles();
        upload(digits_pixels + index * DIGITS_PIXELS);
        run_convolutions();
        if (classify() == digits_labels[index]) right++;
        cycles += board_cycles() - start;
        if (index == 0) {
            print("digits: %u of %u features of the first image differ from TFLite\n", different_features(),
                  DIGITS_FEATURES);
        }
    }
    print("digits: %u of %u images right (TFLite: %u)\n", right, DIGITS_IMAGES, DIGITS_RIGHT_IN_TFLITE);
    print("digits: %u cycles per image\n", cycles / DIGITS_IMAGES);
    return right == DIGITS_RIGHT_IN_TFLITE ? 0 : 1;
}
