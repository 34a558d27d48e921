#include <stddef.h>

#include "board.h"
#include "network.h"
#include "simulate.h"

uint32_t network_infer(const struct network *network, const int8_t *input, layer_observer observer)
{
    uint32_t cycles = 0;

    __builtin_memcpy(network->input, input, network->input_size);
    for (uint32_t index = 0; index < network->layer_count; index++) {
        const struct layer *layer = &network->layers[index];
        const uint32_t start = board_cycles();
        SIMULATE_LAYER_BEGIN(layer->name, layer->macs);
        layer->run();
        SIMULATE_LAYER_END();
        cycles += board_cycles() - start;
        if (observer != NULL) observer(layer);
    }
    return cycles;
}

uint32_t network_class(const struct network *network)
{
    uint32_t best = 0;

    for (uint32_t index = 1; index < network->output_size; index++) {
        if (network->output[index] > network->output[best]) best = index;
    }
    return best;
}
