// Which layers are tried.

#ifndef PLANS_H
#define PLANS_H

#include "kpu_words.h"

#define IMAGE_BYTES 40000u
#define WEIGHT_BYTES 80000u
#define MOST_CHANNELS 1024u
#define SETS 12u

extern const uint32_t plan_count;

/// A layer by its number, with freshly drawn tables.
struct kpu_convolution plan_layer(uint32_t number);

/// A layer of a chain: what number n writes is what number n + 1 reads.
struct kpu_convolution plan_chained(uint32_t number);

#endif
