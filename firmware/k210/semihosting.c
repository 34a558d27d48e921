#include <stdint.h>

#include "board.h"
#include "uarths.h"

#define SYS_EXIT_EXTENDED 0x20
#define ADP_Stopped_ApplicationExit 0x20026

long semihosting(long operation, const void *block);

void board_exit(int code)
{
    const uint64_t parameters[2] = {ADP_Stopped_ApplicationExit, (uint64_t)code};

    uarths_drain();
    for (;;) semihosting(SYS_EXIT_EXTENDED, parameters);
}
