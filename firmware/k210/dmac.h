#ifndef DMAC_H
#define DMAC_H

#include <stdint.h>

#define DMAC_CHANNELS 6u
#define DMAC_REQUEST_AI_RX 22u

/// Resets the controller and lets its channels interrupt hart 0.
void dmac_start(void);

/// Begins to copy `words` of 64 bits. The caches are not asked.
void dmac_copy(uint32_t channel, void *to, const void *from, uint32_t words);

/// Begins to fill `to` with `words` of 64 bits from a peripheral's register,
/// whenever its request line (SYSCTL's numbers) asks.
void dmac_receive(uint32_t channel, uint32_t request, void *to, uintptr_t from, uint32_t words);

/// Sleeps until what was begun on the channel is done.
void dmac_wait(uint32_t channel);

#endif
