// The functions the compiler may call by itself. Written out, so that no
// C library is linked and the bytes of an ELF depend on the compiler alone.

#include <stddef.h>
#include <stdint.h>

#define WORD sizeof(uint64_t)

void *memcpy(void *restrict destination, const void *restrict source, size_t size)
{
    uint8_t *to = destination;
    const uint8_t *from = source;

    if ((((uintptr_t)to | (uintptr_t)from) % WORD) == 0) {
        for (; size >= WORD; size -= WORD, to += WORD, from += WORD) *(uint64_t *)to = *(const uint64_t *)from;
    }
    while (size-- > 0) *to++ = *from++;
    return destination;
}

void *memmove(void *destination, const void *source, size_t size)
{
    uint8_t *to = destination;
    const uint8_t *from = source;

    if (to <= from || to >= from + size) return memcpy(destination, source, size);
    while (size-- > 0) to[size] = from[size];
    return destination;
}

void *memset(void *destination, int value, size_t size)
{
    uint8_t *to = destination;
    const uint64_t word = (uint8_t)value * 0x0101010101010101u;

    while (size > 0 && (uintptr_t)to % WORD != 0) {
        *to++ = (uint8_t)value;
        size--;
    }
    for (; size >= WORD; size -= WORD, to += WORD) *(uint64_t *)to = word;
    while (size-- > 0) *to++ = (uint8_t)value;
    return destination;
}

int memcmp(const void *first, const void *second, size_t size)
{
    const uint8_t *a = first, *b = second;

    for (; size > 0; size--, a++, b++) {
        if (*a != *b) return *a - *b;
    }
    return 0;
}
