// A failure whose low byte is 0.
#include "program.h"

int main(void) { return 256; }
