#include "print.h"

#include <stdarg.h>
#include <stdint.h>

#include "board.h"

static void put_text(const char *text)
{
    while (*text) board_put(*text++);
}

static void put_number(uint32_t value, unsigned base, int negative, int width, char pad)
{
    char digits[10];
    int count = 0;

    do {
        const unsigned digit = value % base;
        digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value /= base;
    } while (value != 0);
    if (negative && pad == '0') board_put('-');
    for (int length = count + negative; length < width; length++) board_put(pad);
    if (negative && pad != '0') board_put('-');
    while (count > 0) board_put(digits[--count]);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            board_put(*format);
            continue;
        }
        format++;
        const char pad = *format == '0' ? '0' : ' ';
        int width = 0;
        while (*format >= '0' && *format <= '9') width = 10 * width + (*format++ - '0');
        switch (*format) {
        case 'd': {
            const int32_t value = va_arg(arguments, int);
            put_number(value < 0 ? 0u - (uint32_t)value : (uint32_t)value, 10, value < 0, width, pad);
            break;
        }
        case 'u': put_number(va_arg(arguments, unsigned), 10, 0, width, pad); break;
        case 'x': put_number(va_arg(arguments, unsigned), 16, 0, width, pad); break;
        case 'c': board_put((char)va_arg(arguments, int)); break;
        case 's': put_text(va_arg(arguments, const char *)); break;
        default: board_put(*format); break;
        }
    }
    va_end(arguments);
}
