// Image classification: ResNet-8 on 32x32x3 images.

#include "board.h"
#include "model.h"
#include "print.h"

int main(void)
{
    board_start();
    const bool equal = network_check(&resnet8);
    const uint32_t class = network_class(&resnet8);
    print("resnet8: class %u of %u, output %d\n", class, resnet8.output_size, resnet8.output[class]);
    return equal ? 0 : 1;
}
