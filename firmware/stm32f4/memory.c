// The functions the compiler may call by itself. Written out, so that no
// C library is linked and the bytes of an ELF depend on the compiler alone.

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t size)
{
    uint8_t *to = destination;
    const uint8_t *from = source;

    if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
        for (; size >= 4; size -= 4, to += 4, from += 4) {
            *(uint32_t *)to = *(const uint32_t *)from;
        }
    }
    while (size-- > 0) *to++ = *from++;
    return destination;
}

void *memset(void *destination, int value, size_t size)
{
    uint8_t *to = destination;
    const uint32_t word = (uint8_t)value * 0x01010101u;

    while (size > 0 && ((uintptr_t)to & 3) != 0) {
        *to++ = (uint8_t)value;
        size--;
    }
    for (; size >= 4; size -= 4, to += 4) *(uint32_t *)to = word;
    while (size-- > 0) *to++ = (uint8_t)value;
    return destination;
}
