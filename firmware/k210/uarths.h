#ifndef UARTHS_H
#define UARTHS_H

#include <stdint.h>

/// UARTHS, 8N1, RX on IO4 and TX on IO5.
void uarths_start(uint32_t clock_hz, uint32_t baud);

/// Waits until there is room, then writes one byte.
void uarths_put(char byte);

/// Waits until the last byte has left the wire.
void uarths_drain(void);

#endif
