#include "workload.h"

void start_clock(void)
{
    board_start_at_reset_clock();
}
