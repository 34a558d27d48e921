#include "crc32.h"

#define POLYNOMIAL 0xEDB88320u  // bit-reversed

static uint32_t table[256];

void crc32_start(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = (value & 1) ? value >> 1 ^ POLYNOMIAL : value >> 1;
        table[byte] = value;
    }
}

uint32_t crc32(const void *bytes, uint32_t size)
{
    const uint8_t *byte = bytes;
    uint32_t crc = ~0u;

    while (size-- > 0) crc = crc >> 8 ^ table[(crc ^ *byte++) & 0xFF];
    return ~crc;
}
