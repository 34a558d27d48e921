#ifndef FAIL_H
#define FAIL_H

#include "board.h"
#include "print.h"

#define EXIT_USAGE 64  // the mailbox makes no sense
#define EXIT_DATA 65   // the model or the input does not

#define FAIL(code, ...)          \
    do {                         \
        print("kmodel: ");       \
        print(__VA_ARGS__);      \
        print("\n");             \
        board_finish(code);      \
    } while (0)

#endif
