// The SRAM appears twice: through the data caches and, 1 GiB lower, directly.
// DMA and KPU see only what is in the SRAM itself.

#ifndef UNCACHED_H
#define UNCACHED_H

#include <stdint.h>

#ifdef SIMULATE_QEMU
#define UNCACHED_DISTANCE 0u  // its machine has one view, which is always coherent
#else
#define UNCACHED_DISTANCE 0x40000000u
#endif

#define UNCACHED_MEMORY (0x80000000u - UNCACHED_DISTANCE)
#define UNCACHED_AI_MEMORY (0x80600000u - UNCACHED_DISTANCE)
#define AI_MEMORY_BYTES 0x200000u

/// For buffers that are only used by their uncached addresses: no cache line of
/// theirs can then be written back over what DMA or KPU put there.
#define UNCACHED_BUFFER __attribute__((section(".uncached"), aligned(256)))

/// The same bytes, past the caches. Floating-point loads do not work there.
static inline void *uncached(const void *cached)
{
    const uintptr_t address = (uintptr_t)cached;
    return (void *)(address >= 0x80000000u ? address - UNCACHED_DISTANCE : address);
}

#endif
