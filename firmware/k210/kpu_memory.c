// Images between main memory and AI memory. The processor reaches AI memory
// past the caches, where a byte takes as long as a word: only words are moved.

#include "kpu.h"
#include "uncached.h"

#define WORD 8u

struct kpu_layout kpu_layout_of(uint32_t width)
{
    if (width <= 16) return (struct kpu_layout){4, 1, 16};
    if (width <= 32) return (struct kpu_layout){2, 1, 32};
    return (struct kpu_layout){1, (width + 63) / 64, 64};
}

uint32_t kpu_lines(struct kpu_shape shape)
{
    const struct kpu_layout layout = kpu_layout_of(shape.width);
    const uint32_t groups = (shape.channels + layout.channels_per_line - 1) / layout.channels_per_line;
    return groups * layout.lines_per_row * shape.height;
}

static volatile uint64_t *row_at(uint32_t line, struct kpu_shape shape, uint32_t channel, uint32_t row)
{
    const struct kpu_layout layout = kpu_layout_of(shape.width);
    const uint32_t group = channel / layout.channels_per_line;

    line += (group * shape.height + row) * layout.lines_per_row;
    return (volatile uint64_t *)(uintptr_t)(UNCACHED_AI_MEMORY + 64 * line
                                            + channel % layout.channels_per_line * layout.pitch);
}

static void put_row(volatile uint64_t *to, const uint8_t *from, uint32_t width)
{
    // What follows the last pixel within the row's place is nobody's.
    for (uint32_t x = 0; x < width; x += WORD) {
        uint64_t word = 0;
        for (uint32_t byte = 0; byte < WORD && x + byte < width; byte++) word |= (uint64_t)from[x + byte] << 8 * byte;
        *to++ = word;
    }
}

static void get_row(uint8_t *to, const volatile uint64_t *from, uint32_t width)
{
    for (uint32_t x = 0; x < width; x += WORD) {
        uint64_t word = *from++;
        for (uint32_t byte = 0; byte < WORD && x + byte < width; byte++, word >>= 8) to[x + byte] = (uint8_t)word;
    }
}

static void put_words(volatile uint64_t *to, const uint64_t *from, uint32_t words)
{
    for (uint32_t index = 0; index < words; index++) to[index] = from[index];
}

static void get_words(uint64_t *to, const volatile uint64_t *from, uint32_t words)
{
    for (uint32_t index = 0; index < words; index++) to[index] = from[index];
}

void kpu_upload_rows(uint32_t line, const uint8_t *from, struct kpu_shape shape)
{
    const bool aligned = ((uintptr_t)from | shape.width) % WORD == 0;

    for (uint32_t channel = 0; channel < shape.channels; channel++) {
        for (uint32_t row = 0; row < shape.height; row++, from += shape.width) {
            volatile uint64_t *const to = row_at(line, shape, channel, row);
            if (aligned) {
                put_words(to, (const uint64_t *)from, shape.width / WORD);
            } else {
                put_row(to, from, shape.width);
            }
        }
    }
}

void kpu_download(uint32_t line, uint8_t *to, struct kpu_shape shape)
{
    const bool aligned = ((uintptr_t)to | shape.width) % WORD == 0;

    for (uint32_t channel = 0; channel < shape.channels; channel++) {
        for (uint32_t row = 0; row < shape.height; row++, to += shape.width) {
            const volatile uint64_t *const from = row_at(line, shape, channel, row);
            if (aligned) {
                get_words((uint64_t *)to, from, shape.width / WORD);
            } else {
                get_row(to, from, shape.width);
            }
        }
    }
}
