// The board of include/board.h, played by a process.

#include <stdio.h>
#include <stdlib.h>

#include "board.h"

uint32_t board_clock_hz = 0;

void board_start(void) {}
void board_start_at_reset_clock(void) {}
uint32_t board_cycles(void) { return 0; }
void board_put(char byte) { putchar(byte); }
void board_finish(int code) { exit(code); }
void board_exit(int code) { exit(code); }
