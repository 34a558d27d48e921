// Memory for what a model needs while it runs: the SRAM that neither this
// program nor the model nor its input fills.

#ifndef ARENA_H
#define ARENA_H

#include <stdint.h>

void arena_start(void);

/// Room for so many bytes, at a multiple of 256, as it is: not even the caches
/// have seen it. Ends the program where there is none; `what` is said then.
void *arena_reserve(uint64_t bytes, const char *what);

#endif
