// Keyword spotting: DS-CNN on 49x10 features.

#include "board.h"
#include "model.h"
#include "print.h"

int main(void)
{
    board_start();
    const bool equal = network_check(&kws);
    const uint32_t class = network_class(&kws);
    print("kws: class %u of %u, output %d\n", class, kws.output_size, kws.output[class]);
    return equal ? 0 : 1;
}
