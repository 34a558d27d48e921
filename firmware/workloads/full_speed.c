#include "workload.h"

void start_clock(void)
{
    board_start();
}
