// What both harts do before main.

#include <stdint.h>

#include "board.h"
#include "harts.h"

extern uint64_t link_bss_start[], link_bss_end[];

int main(void);

__attribute__((noreturn)) void start(uint64_t hart);

void start(uint64_t hart)
{
    // What hart 1 waits for is not in .bss, which hart 0 clears meanwhile.
    if (hart != 0) hart_wait_for_work();
    for (uint64_t *word = link_bss_start; word < link_bss_end; word++) *word = 0;
    board_finish(main());
}
