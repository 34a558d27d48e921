// The TinyML hello world: a sine from a network of three layers.

#include "board.h"
#include "model.h"
#include "points.h"
#include "print.h"

/// The real value of a stored one, in ten-thousandths.
static int32_t real(int8_t stored, float scale, int32_t zero_point)
{
    const float value = 10000.0f * scale * (float)(stored - zero_point);
    return (int32_t)(value < 0 ? value - 0.5f : value + 0.5f);
}

static void print_real(int32_t value)
{
    const uint32_t size = (uint32_t)(value < 0 ? -value : value);
    print("%c%u.%04u", value < 0 ? '-' : '+', size / 10000, size % 10000);
}

int main(void)
{
    board_start();
    bool equal = network_check(&sine);

    int32_t worst = 0;
    for (uint32_t index = 0; index < SINE_POINTS; index++) {
        network_infer(&sine, &sine_inputs[index], 0);
        if (sine.output[0] != sine_outputs[index]) equal = false;
        const int32_t y = real(sine.output[0], sine.output_scale, sine.output_zero_point);
        const int32_t error = y > sine_exact[index] ? y - sine_exact[index] : sine_exact[index] - y;
        if (error > worst) worst = error;
        if (index % 9 == 0) {
            print("sine(");
            print_real(real(sine_inputs[index], sine.input_scale, sine.input_zero_point));
            print(") = ");
            print_real(y);
            print("\n");
        }
    }
    print("sine: greatest error of %u points ", SINE_POINTS);
    print_real(worst);
    print("\n");
    return equal ? 0 : 1;
}
