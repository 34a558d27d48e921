#ifndef PLIC_H
#define PLIC_H

#include <stdbool.h>
#include <stdint.h>

typedef void (*interrupt_handler)(void);

/// Silences every source and lets hart 0 be interrupted.
void interrupt_start(void);

/// Lets `source` (1 to 65) interrupt hart 0, which then calls `handler`.
void interrupt_enable(uint32_t source, interrupt_handler handler);

/// Calls the handlers of whatever is pending; what a trap handler does.
void interrupt_dispatch(void);

/// Sleeps until a handler has set the flag, and clears it.
void interrupt_wait(volatile bool *flag);

#endif
