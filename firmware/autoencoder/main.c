// Anomaly detection: an autoencoder of 640 features. The anomaly is the mean
// squared difference between what goes in and what comes out.

#include "board.h"
#include "model.h"
#include "print.h"

int main(void)
{
    board_start();
    const bool equal = network_check(&autoencoder);

    float sum = 0;
    for (uint32_t index = 0; index < autoencoder.input_size; index++) {
        const float in = autoencoder.input_scale
                       * (float)(autoencoder.golden_input[index] - autoencoder.input_zero_point);
        const float out = autoencoder.output_scale
                        * (float)(autoencoder.output[index] - autoencoder.output_zero_point);
        sum += (in - out) * (in - out);
    }
    const uint32_t milli = (uint32_t)(1000 * sum / (float)autoencoder.input_size);
    print("autoencoder: mean squared error %u.%03u\n", milli / 1000, milli % 1000);
    return equal ? 0 : 1;
}
