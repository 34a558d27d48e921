// The KPU's arithmetic in plain integers, for the processor to check it by.

#ifndef REFERENCE_H
#define REFERENCE_H

#include "kpu_words.h"

/// Computes a layer from `input` to `output`, both [channel][row][column]; the
/// places in AI memory are not looked at. `unpooled` is room for the output
/// before pooling.
void reference_layer(const struct kpu_convolution *layer, const uint8_t *input, uint8_t *unpooled, uint8_t *output);

#endif
