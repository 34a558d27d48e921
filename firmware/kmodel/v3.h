// The file format of version 3, as nncase 0.1 writes it and the SDK reads it:
// a header, outputs, the layers' headers, their bodies, and tables to which the
// bodies have offsets. Everything is made of 32-bit words.

#ifndef V3_H
#define V3_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

struct v3_layer {
    const char *name;
    const uint32_t *body;  // word 0: flags
    uint32_t words;        // of the body
};

#define V3_MAIN_MEMORY_OUT 1u  // flag

/// Ends the program if the body has fewer words.
void v3_need(const struct v3_layer *layer, uint64_t words);

/// Places in main memory, checked to be within it. Writing tells the outputs
/// what they are made of.
const float *v3_floats(uint32_t address, uint64_t count);
const uint8_t *v3_bytes(uint32_t address, uint64_t count);
float *v3_floats_out(uint32_t address, uint64_t count);
uint8_t *v3_bytes_out(uint32_t address, uint64_t count);

/// Bytes of the file.
const uint8_t *v3_table(uint32_t offset, uint64_t size);

/// What DMA writes to; uncached.
extern uint8_t *v3_landing;

struct v3_operator {
    uint32_t type;
    const char *name;
    uint32_t words;  // that its body has at least
    void (*run)(const struct v3_layer *layer);
    uint64_t (*macs)(const struct v3_layer *layer);  // NULL: none
};

/// The operator of that type, or NULL.
const struct v3_operator *v3_operator(uint32_t type);

#define V3_CONV 10240u
#define V3_FULLY_CONNECTED 18u

/// The KPU's layer of a K210_CONV.
struct kpu_layer v3_kpu_layer(const struct v3_layer *layer);

#endif
