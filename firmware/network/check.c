#include "crc32.h"
#include "network.h"
#include "print.h"

static bool all_equal;

static void check_layer(const struct layer *layer)
{
    const uint32_t crc = crc32(layer->output, layer->size);
    const bool equal = crc == layer->crc32;

    print("layer %s crc32 %08x %s\n", layer->name, crc, equal ? "ok" : "MISMATCH");
    if (!equal) all_equal = false;
}

bool network_check(const struct network *network)
{
    crc32_start();
    all_equal = true;
    print("%s: int8, %s weights\n", network->name, network->weights);
    const uint32_t cycles = network_infer(network, network->golden_input, check_layer);
    print("%s: %s TFLite, %u layers\n", network->name, all_equal ? "bit-exact with" : "DIFFERS from",
          network->layer_count);
    print("%s: %u cycles per inference\n", network->name, cycles);
    return all_equal;
}
