// Prints a line and ends with code 7.
#include "program.h"

int main(void) {
    print("seven\n");
    return 7;
}
