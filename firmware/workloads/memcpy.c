// Copies of 8 KiB in SRAM by words, halfwords and bytes.

#include "workload.h"

#ifndef REPEAT
#define REPEAT 8000
#endif

#define SIZE 8192

static uint32_t source[SIZE / 4], target[SIZE / 4];

#define COPY(name, type)                                                                      \
    __attribute__((noinline)) static void name(type *to, const type *from, const type *end)   \
    {                                                                                         \
        while (from < end) *to++ = *from++;                                                   \
    }

COPY(copy_words, uint32_t)
COPY(copy_halfwords, uint16_t)
COPY(copy_bytes, uint8_t)

static void draw(void)
{
    uint32_t seed = 5;
    for (uint32_t index = 0; index < SIZE / 4; index++) source[index] = next_random(&seed);
}

// Each third of the target comes from another kind of copy; a sample of it is
// summed, since hashing all of it would cost more than the copies.
static uint32_t copies(void)
{
    copy_words(target, source, source + SIZE / 4);
    copy_halfwords((uint16_t *)target + 1, (const uint16_t *)source, (const uint16_t *)source + SIZE / 2 - 1);
    copy_bytes((uint8_t *)target + 3, (const uint8_t *)source, (const uint8_t *)source + SIZE - 3);
    return checksum(target, 64) ^ checksum(target + SIZE / 4 - 16, 64);
}

int main(void)
{
    start_clock();
    draw();
    repeat("memcpy", copies, REPEAT, 0x241968e3);
}
