#include "model.h"

#include "arena.h"
#include "fail.h"
#include "mailbox.h"
#include "uncached.h"

#define KMDL 0x4B4D444Cu

static uint32_t word_at(struct bytes file, uint64_t offset)
{
    uint32_t word = 0;
    if (file.size >= offset + sizeof word) __builtin_memcpy(&word, file.start + offset, sizeof word);
    return word;
}

uint32_t file_version(struct bytes file)
{
    if (word_at(file, 0) == KMDL) return word_at(file, 4) == 4 ? 4 : 0;
    return word_at(file, 0) == 3 ? 3 : 0;
}

/// Something like a picture: gradients with edges.
static uint8_t drawn(uint64_t index)
{
    return (uint8_t)(index * 3 + (index >> 7) * 11 + ((index >> 5 & 3) << 6));
}

static const void *input_bytes(uint64_t count)
{
    if (kmodel_mailbox.input_size == count) return (const void *)kmodel_mailbox.input_address;
    if (kmodel_mailbox.input_size != 0) {
        FAIL(EXIT_DATA, "the input has %u bytes, the model takes %u", (uint32_t)kmodel_mailbox.input_size,
             (uint32_t)count);
    }
    uint8_t *const bytes = arena_reserve(count, "the input"), *const past_caches = uncached(bytes);
    for (uint64_t index = 0; index < count; index++) past_caches[index] = drawn(index);
    return bytes;
}

static const float *input_floats(uint64_t count)
{
    const bool given = kmodel_mailbox.input_size == count;

    if (!given && kmodel_mailbox.input_size != 0) return input_bytes(4 * count);
    float *const floats = arena_reserve(4 * count, "the input");
    const uint8_t *const bytes = (const uint8_t *)kmodel_mailbox.input_address;
    for (uint64_t index = 0; index < count; index++) {
        floats[index] = (float)(given ? bytes[index] : drawn(index)) / 255.0f;
    }
    return floats;
}

const void *input_of(uint64_t count, bool floats)
{
    return floats ? input_floats(count) : input_bytes(count);
}

static void set_address(uint64_t *word, const void *table)
{
    *word = (*word & 0xFFFFFFFF) | (uint64_t)(uint32_t)(uintptr_t)uncached(table) << 32;
}

struct kpu_layer with_tables(const void *words, const void *norms, const void *activation, const void *weights)
{
    struct kpu_layer layer;

    __builtin_memcpy(&layer, words, sizeof layer);
    set_address(&layer.words[4], norms);
    set_address(&layer.words[5], weights);
    set_address(&layer.words[7], activation);
    return layer;
}

static struct kpu_shape shape_at(const struct kpu_layer *layer, unsigned place)
{
    const uint64_t channels = layer->words[2] >> place, size = layer->words[3] >> place;
    return (struct kpu_shape){(size & 0x3FF) + 1, (size >> 10 & 0x1FF) + 1, (channels & 0x3FF) + 1};
}

struct kpu_shape layer_input(const struct kpu_layer *layer)
{
    return shape_at(layer, 0);
}

struct kpu_shape layer_output(const struct kpu_layer *layer)
{
    return shape_at(layer, 32);
}

const char *marker_name(const char *operator, uint32_t number)
{
    static char name[48];
    char *to = name, digits[10];
    int count = 0;

    while (*operator && to < name + sizeof name - 12) *to++ = *operator++;
    *to++ = '_';
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0) *to++ = digits[--count];
    *to = '\0';
    return name;
}
