// The file format of version 4, KMDL, as nncase 0.2 writes it: a header,
// inputs, outputs, constants, then the layers' headers and bodies.

#ifndef V4_H
#define V4_H

#include <stdbool.h>
#include <stdint.h>

#include "kpu.h"
#include "operators.h"

struct range {
    uint32_t memory;   // 0 constants, 1 main memory, 2 AI memory
    uint32_t type;     // 0 float, 1 byte
    uint32_t start, size;
};

#define MEMORY_AI 2u
#define TYPE_FLOAT 0u
#define TYPE_BYTE 1u

struct shape {
    int32_t size[4];
};

/// Bodies of layers are read from front to back. Reading beyond the end ends
/// the program.
struct body {
    const char *name;
    const uint8_t *next, *end;
};

const void *body_take(struct body *body, uint64_t bytes);
void body_read(struct body *body, void *to, uint64_t bytes);
uint32_t body_word(struct body *body);
int32_t body_signed(struct body *body);
float body_float(struct body *body);
struct range body_range(struct body *body);
struct shape body_shape(struct body *body);  // each size is 1 or more
struct limits body_limits(struct body *body);

uint64_t elements(struct shape shape);

/// The memory of a range, checked to hold so many elements of its type; floats
/// must be asked for by their name.
uint8_t *range_bytes(const struct body *body, struct range range, uint64_t count);
float *range_floats(const struct body *body, struct range range, uint64_t count);

/// Bytes of one element.
uint32_t element_size(const struct body *body, uint32_t type);

__attribute__((noreturn)) void body_fail(const struct body *body, const char *why);

struct v4_operator {
    uint32_t code;
    const char *name;
    void (*run)(struct body *body);
    uint64_t (*macs)(struct body body);  // NULL: none
};

extern const struct v4_operator v4_tensor_operators[], v4_window_operators[], v4_kpu_operators[];
extern const uint32_t v4_tensor_operator_count, v4_window_operator_count, v4_kpu_operator_count;

#endif
