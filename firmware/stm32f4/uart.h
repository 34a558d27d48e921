#ifndef UART_H
#define UART_H

#include <stdint.h>

/// USART2, 8N1, TX on PA2 and RX on PA3.
void uart_start(uint32_t apb1_hz, uint32_t baud);

/// Waits until the transmit register is free, then writes one byte.
void uart_put(char byte);

/// Waits until the last byte has left the wire.
void uart_drain(void);

#endif
