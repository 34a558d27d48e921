#ifndef CRC32_H
#define CRC32_H

#include <stdint.h>

/// Fills the table; once, before the first crc32().
void crc32_start(void);

/// The CRC-32 of zlib and Ethernet.
uint32_t crc32(const void *bytes, uint32_t size);

#endif
