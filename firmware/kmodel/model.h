// What both versions of a kmodel share.

#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "kpu.h"

struct bytes {
    const uint8_t *start;
    uint64_t size;
};

/// 3 or 4, or 0 for anything else.
uint32_t file_version(struct bytes file);

/// The model's input of so many bytes, or a drawn one. Where floats are wanted,
/// one byte per value will do, too: it then stands for value / 255.
const void *input_of(uint64_t count, bool floats);

/// Has the KPU run a layer with these tables, which must be where it reads: in
/// the SRAM, past the caches. Its words' own addresses are ignored.
struct kpu_layer with_tables(const void *words, const void *norms, const void *activation, const void *weights);

/// What a layer's words say.
struct kpu_shape layer_input(const struct kpu_layer *layer);
struct kpu_shape layer_output(const struct kpu_layer *layer);

void print_floats(uint32_t number, const float *values, uint32_t count);
void print_bytes(uint32_t number, const uint8_t *values, uint32_t count);

/// The name of a layer marker: number and operator.
const char *marker_name(const char *operator, uint32_t number);

void v3_run(struct bytes file);
void v4_run(struct bytes file);

#endif
