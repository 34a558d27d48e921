// Handwritten digits: a small CNN, judged on 100 images it was not trained on.

#include "board.h"
#include "images.h"
#include "model.h"
#include "print.h"

int main(void)
{
    board_start();
    const bool equal = network_check(&digits);

    uint32_t right = 0;
    for (uint32_t index = 0; index < DIGITS_IMAGES; index++) {
        network_infer(&digits, digits_pixels + index * DIGITS_PIXELS, 0);
        if (network_class(&digits) == digits_labels[index]) right++;
    }
    print("digits: %u of %u images right (TFLite: %u)\n", right, DIGITS_IMAGES, DIGITS_RIGHT_IN_TFLITE);
    return equal && right == DIGITS_RIGHT_IN_TFLITE ? 0 : 1;
}
