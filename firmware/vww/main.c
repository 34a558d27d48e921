// Visual wake words: MobileNetV1 0.25 on 96x96x3 images.

#include "board.h"
#include "model.h"
#include "print.h"

int main(void)
{
    board_start();
    const bool equal = network_check(&vww);
    const uint32_t class = network_class(&vww);
    print("vww: class %u of %u, output %d\n", class, vww.output_size, vww.output[class]);
    return equal ? 0 : 1;
}
