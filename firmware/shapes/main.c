// Every kernel with awkward sizes; see shapes() in tools/seeded.py.

#include "board.h"
#include "model.h"

int main(void)
{
    board_start();
    return network_check(&shapes) ? 0 : 1;
}
