// Formatted output to the board's console.

#ifndef PRINT_H
#define PRINT_H

/// The useful part of printf: %d %u %x %c %s %%, with a width that may begin
/// with 0 (`%08x`). Integers are 32 bits wide. '\n' is sent as it is.
void print(const char *format, ...);

#endif
