// What is printed of a model's outputs.

#include "crc32.h"
#include "model.h"
#include "print.h"

#ifndef SHOWN
#define SHOWN 8u  // values of each output
#endif

static void print_scaled(double size)
{
    const uint64_t millionths = (uint64_t)(size * 1e6 + 0.5);
    print("%u.%06u", (uint32_t)(millionths / 1000000), (uint32_t)(millionths % 1000000));
}

static void print_float(float value)
{
    double size = value < 0 ? -(double)value : value;
    int exponent = 0;

    if (value != value) {
        print("nan");
        return;
    }
    if (value < 0) print("-");
    if (size > 3.4028235e38) {
        print("inf");
        return;
    }
    if (size != 0 && (size >= 1e6 || size < 1e-3)) {
        for (; size >= 10; size /= 10) exponent++;
        for (; size < 1; size *= 10) exponent--;
    }
    print_scaled(size);
    if (exponent != 0) print("e%d", exponent);
}

void print_floats(uint32_t number, const float *values, uint32_t count)
{
    uint32_t greatest = 0;

    crc32_start();
    print("output %u: %u floats, crc32 %08x", number, count, crc32(values, 4 * count));
    if (count == 0) {
        print("\n");
        return;
    }
    for (uint32_t index = 1; index < count; index++) {
        if (values[index] > values[greatest]) greatest = index;
    }
    print(", greatest ");
    print_float(values[greatest]);
    print(" at %u\n ", greatest);
    for (uint32_t index = 0; index < count && index < SHOWN; index++) {
        print(" ");
        print_float(values[index]);
    }
    print(count > SHOWN ? " ...\n" : "\n");
}

void print_bytes(uint32_t number, const uint8_t *values, uint32_t count)
{
    crc32_start();
    print("output %u: %u bytes, crc32 %08x\n ", number, count, crc32(values, count));
    for (uint32_t index = 0; index < count && index < SHOWN; index++) print(" %u", values[index]);
    print(count > SHOWN ? " ...\n" : "\n");
}
