// A network as its generated model.c describes it, and what can be done with it.

#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>
#include <stdint.h>

struct layer {
    const char *name;
    uint32_t macs;         // multiply-accumulates, 0 where there are none
    void (*run)(void);     // from and to static buffers
    const int8_t *output;
    uint32_t size;         // of the output, in bytes
    uint32_t crc32;        // of the output that the TFLite interpreter computed for golden_input
};

struct network {
    const char *name;
    const char *weights;   // where they come from, in a word
    const struct layer *layers;
    uint32_t layer_count;
    int8_t *input;
    uint32_t input_size;
    const int8_t *golden_input;
    const int8_t *output;
    uint32_t output_size;
    float input_scale, output_scale;
    int32_t input_zero_point, output_zero_point;
};

/// Called after each layer, while its output is still in place.
typedef void (*layer_observer)(const struct layer *layer);

/// Runs the network on `input` and returns the cycles its layers took, without
/// the time the observer spent. Layers carry the markers of simulate.h.
uint32_t network_infer(const struct network *network, const int8_t *input, layer_observer observer);

/// Runs the network on the golden input, prints for each layer whether its
/// output is the interpreter's bit for bit, and the cycles of the inference.
/// Returns whether all outputs agree.
bool network_check(const struct network *network);

/// Index of the greatest output.
uint32_t network_class(const struct network *network);

#endif
