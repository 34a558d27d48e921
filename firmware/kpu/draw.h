// What the layers are filled with: drawn, the same in every run.

#ifndef DRAW_H
#define DRAW_H

#include <stdint.h>

#include "kpu_words.h"

/// A number from `low` to `high`, both included.
int32_t draw(int32_t low, int32_t high);

void draw_bytes(uint8_t *bytes, uint32_t count);

/// Fills in weights, norms, activation and the scalar factors of a layer whose
/// shapes, kind and weights' width are set.
void draw_tables(struct kpu_convolution *layer);

#endif
