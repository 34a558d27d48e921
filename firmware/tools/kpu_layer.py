"""An int8 convolution of TFLite, with the pooling that follows it, as a layer of the K210's KPU.

The KPU multiplies unsigned bytes: stored pixels and weights are shifted by 128, and what that adds to the sums is
taken away again by arg_x, arg_w and arg_add. Scale and bias become the norms, clamping the activation. The one
difference to TFLite is the rounding: here once, to nearest and ties to even, there twice.
"""

from dataclasses import dataclass

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from tflite_to_c import limits

NORM_SHIFT = 15
SEGMENTS = 16
LOWEST = -(1 << 35)
LINE = 64
POOL_NONE, POOL_MAXIMUM_2, POOL_MEAN_2 = "KPU_POOL_NONE", "KPU_POOL_MAXIMUM_2", "KPU_POOL_MEAN_2"
POOL_CODES = {POOL_NONE: 0, POOL_MAXIMUM_2: 1, POOL_MEAN_2: 2}


def layout(width):
    """Channels of a line and lines of a row."""
    return (4, 1) if width <= 16 else (2, 1) if width <= 32 else (1, -(-width // LINE))


def lines(height, width, channels):
    group, row = layout(width)
    return -(-channels // group) * row * height


@dataclass
class KPULayer:
    name: str
    input: tuple       # height, width, channels
    output: tuple      # after pooling
    kernel: int
    depthwise: bool
    pool: str
    pad: int
    arg_w: int
    arg_x: int
    arg_add: int
    weights: np.ndarray     # uint8, [output channel][input channel][row][column]
    norms: list             # (mul, shift, add) of each output channel
    segments: list          # (start, mul, shift, bias), sixteen
    source: int = 0         # lines of AI memory
    destination: int = 0

    @property
    def macs(self):
        height, width, channels = self.input
        terms = self.kernel * self.kernel * (1 if self.depthwise else channels)
        return height * width * self.output[2] * terms

    def norm_words(self):
        return [mul & 0xFFFFFF | (add & 0xFFFFFFFF) << 24 | shift << 56 for mul, shift, add in self.norms]

    def segment_words(self):
        return [(start & (1 << 36) - 1) << 24 | (mul & 0xFFFF) << 8 | shift for start, mul, shift, _ in self.segments]

    def words(self, weights, norms, activation):
        """The twelve words, for tables at these addresses."""
        (height, width, channels), (out_height, out_width, out_channels) = self.input, self.output
        (group, row), (out_group, out_row) = layout(width), layout(out_width)
        pixels = out_height * out_width
        return [
            int(self.depthwise) << 3,
            self.source | self.destination << 32,
            channels - 1 | (out_channels - 1) << 32 | (out_channels - 1) << 48,
            width - 1 | (height - 1) << 10 | (out_width - 1) << 32 | (out_height - 1) << 42,
            int(self.kernel == 3) | POOL_CODES[self.pool] << 4 | 1 << 10 | 15 << 16 | self.pad << 24 | norms << 32,
            1 | self.weights.size << 15 | weights << 32,
            0,
            row * height | row << 16 | group << 28 | 1 << 31 | activation << 32,
            out_row * out_height | out_row << 16 | out_group << 20,
            (self.arg_w & 0xFFFFFF) << 8 | (self.arg_x & 0xFFFFFF) << 32,
            self.arg_add & (1 << 40) - 1,
            (pixels - 1) << 16 | (pixels * out_channels - 1) << 32,
        ]


def activation(low, high, zero, shift):
    """Segments of a straight line of slope 2^-shift, clamped: pixels from `low` to `high`, `zero` standing for 0."""
    line = [(LOWEST, 0, 0, low), ((low - zero) << shift, 1, shift, low), ((high - zero) << shift, 0, 0, high)]
    rest = [((1 << 34) + index, 0, 0, high) for index in range(SEGMENTS - len(line))]
    return line + rest


def kpu_layer(name, input, weights, bias, output, options, depthwise, pool, pooled):
    """The tensors are those of tflite_to_c; `pooled` is the output after pooling."""
    kernel = weights.shape[1]
    assert weights.shape[1:3] == [kernel, kernel] and kernel in (1, 3)
    assert (options.strideH, options.strideW) == (1, 1) and options.padding == schema.Padding.SAME
    values = weights.data.transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2)).astype(int) + 128
    zero, out_zero = input.zero_point + 128, output.zero_point + 128
    low, high = (limit + 128 for limit in limits(options.fusedActivationFunction, output))

    channels = output.shape[3]
    real = np.broadcast_to(weights.scales, (channels,)).astype(float) * float(input.scale) / float(output.scale)
    # As many fraction bits as the greatest factor leaves in 23 bits.
    fraction = int(np.floor(23 - NORM_SHIFT - np.log2(real.max())))
    factors = np.floor(real * 2.0 ** (NORM_SHIFT + fraction) + 0.5).astype(int)
    assert 0 <= fraction and factors.max() < 1 << 23
    summands = np.floor(bias.data * real * 2.0**fraction + 0.5).astype(int)
    return KPULayer(
        name, tuple(input.shape[1:]), tuple(pooled.shape[1:]), kernel, depthwise, pool, zero,
        -zero, -128, 128 * zero * kernel * kernel, values.astype(np.uint8),
        [(int(mul), NORM_SHIFT, int(add)) for mul, add in zip(factors, summands)],
        activation(low, high, out_zero, fraction))
