// Single-precision arithmetic: softmax of 64, product of 32x32 matrices, a rational tanh.

#include "workload.h"

#ifndef REPEAT
#define REPEAT 1500
#endif

#define ROWS 16
#define COLUMNS 64
#define SIDE 32

static float logits[ROWS][COLUMNS], shares[ROWS][COLUMNS];
static float left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static float draw_one(uint32_t *seed)
{
    return (float)(int32_t)(next_random(seed) % 4096) / 512.0f - 4.0f;
}

static void draw(void)
{
    uint32_t seed = 3;
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) logits[row][column] = draw_one(&seed);
    }
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            left[row][column] = draw_one(&seed);
            right[row][column] = draw_one(&seed);
        }
    }
}

/// e^x for -80 < x <= 0: a power of two times a polynomial in [-ln 2 / 2, ln 2 / 2].
static float exponential(float x)
{
    const int32_t power = (int32_t)(x * 1.44269504f - 0.5f);
    const float rest = x - (float)power * 0.69314718f;
    const float value =
        1.0f + rest * (1.0f + rest * (0.5f + rest * (0.16666667f + rest * (0.041666667f + rest * 0.0083333333f))));
    union {
        int32_t bits;
        float value;
    } scale = {.bits = (power + 127) << 23};
    return value * scale.value;
}

static void softmax(const float *input, float *output)
{
    float greatest = input[0], sum = 0;

    for (int index = 1; index < COLUMNS; index++) {
        if (input[index] > greatest) greatest = input[index];
    }
    for (int index = 0; index < COLUMNS; index++) {
        output[index] = exponential(input[index] - greatest);
        sum += output[index];
    }
    for (int index = 0; index < COLUMNS; index++) output[index] /= sum;
}

static void multiply(void)
{
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            float sum = 0;
            for (int index = 0; index < SIDE; index++) sum += left[row][index] * right[index][column];
            product[row][column] = sum;
        }
    }
}

/// The continued fraction of tanh, cut after four terms.
static float hyperbolic_tangent(float x)
{
    if (x > 4.9f) return 1.0f;
    if (x < -4.9f) return -1.0f;
    const float square = x * x;
    return x * (135135.0f + square * (17325.0f + square * (378.0f + square)))
         / (135135.0f + square * (62370.0f + square * (3150.0f + square * 28.0f)));
}

static uint32_t arithmetic(void)
{
    for (int row = 0; row < ROWS; row++) softmax(logits[row], shares[row]);
    multiply();
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            product[row][column] = hyperbolic_tangent(product[row][column] * 0.05f);
        }
    }
    return checksum(shares, sizeof shares) ^ checksum(product, sizeof product);
}

int main(void)
{
    start_clock();
    draw();
    repeat("softmax", arithmetic, REPEAT, 0x344e8c0d);
}
