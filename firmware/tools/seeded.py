"""Networks without data of their own: the published shapes, with seeded weights."""

import numpy as np

from graph import Graph


class Seeded(Graph):
    """A graph whose weights are drawn as one would initialise them for training (He), so that the
    activations keep their size from layer to layer."""

    def __init__(self, name, input_shape, seed):
        super().__init__(name, input_shape)
        self.random = np.random.default_rng(seed)

    def draw(self, shape, inputs):
        return self.random.normal(0, np.sqrt(2 / inputs), shape).astype(np.float32)

    def draw_bias(self, count):
        return self.random.normal(0, 0.1, count).astype(np.float32)

    def conv(self, name, window, depth, channels, *inputs, **attributes):
        weights = self.draw((channels, *window, depth), window[0] * window[1] * depth)
        return self.add("conv", name, *inputs, weights=weights, bias=self.draw_bias(channels), **attributes)

    def depthwise(self, name, window, channels, *inputs, **attributes):
        weights = self.draw((*window, channels), window[0] * window[1])
        return self.add("depthwise", name, *inputs, weights=weights, bias=self.draw_bias(channels), **attributes)

    def fully_connected(self, name, depth, count, *inputs, **attributes):
        weights = self.draw((count, depth), depth)
        return self.add("fully_connected", name, *inputs, weights=weights, bias=self.draw_bias(count), **attributes)

    def calibration(self, count):
        return self.random.normal(0, 1, (count, *self.input_shape)).astype(np.float32)


def kws():
    """DS-CNN for keyword spotting, as in MLPerf Tiny: 49 frames of 10 coefficients, 12 words."""
    g = Seeded("kws", (49, 10, 1), 1)
    g.conv("conv_1", (10, 4), 1, 64, stride=(2, 2), activation="relu")
    for block in range(2, 6):
        g.depthwise(f"dw_{block}", (3, 3), 64, activation="relu")
        g.conv(f"pw_{block}", (1, 1), 64, 64, activation="relu")
    g.add("average_pool", "avgpool", window=(25, 5), stride=(25, 5), padding="VALID")
    g.add("reshape", "flat")
    g.fully_connected("fc", 64, 12)
    g.add("softmax", "softmax")
    return g


def vww():
    """MobileNetV1 0.25 for visual wake words, as in MLPerf Tiny: 96x96x3, person or not."""
    g = Seeded("vww", (96, 96, 3), 2)
    g.conv("conv_1", (3, 3), 3, 8, stride=(2, 2), activation="relu6")
    depth = 8
    blocks = [(1, 16), (2, 32), (1, 32), (2, 64), (1, 64), (2, 128)] + [(1, 128)] * 5 + [(2, 256), (1, 256)]
    for block, (stride, channels) in enumerate(blocks, 2):
        g.depthwise(f"dw_{block}", (3, 3), depth, stride=(stride, stride), activation="relu6")
        g.conv(f"pw_{block}", (1, 1), depth, channels, activation="relu6")
        depth = channels
    g.add("average_pool", "avgpool", window=(3, 3), stride=(3, 3), padding="VALID")
    g.add("reshape", "flat")
    g.fully_connected("fc", depth, 2)
    g.add("softmax", "softmax")
    return g


def resnet8():
    """ResNet-8 for CIFAR-10, as in MLPerf Tiny: 32x32x3, 10 classes."""
    g = Seeded("resnet8", (32, 32, 3), 3)
    x = g.conv("conv_1", (3, 3), 3, 16, activation="relu")
    depth = 16
    for stack, channels in enumerate((16, 32, 64), 1):
        stride = 1 if stack == 1 else 2
        y = g.conv(f"conv_{stack}a", (3, 3), depth, channels, x, stride=(stride, stride), activation="relu")
        y = g.conv(f"conv_{stack}b", (3, 3), channels, channels, y)
        if stride == 2:
            x = g.conv(f"skip_{stack}", (1, 1), depth, channels, x, stride=(2, 2))
        x = g.add("add", f"add_{stack}", x, y, activation="relu")
        depth = channels
    g.add("average_pool", "avgpool", window=(8, 8), stride=(8, 8), padding="VALID")
    g.add("reshape", "flat")
    g.fully_connected("fc", 64, 10)
    g.add("softmax", "softmax")
    return g


def autoencoder():
    """Autoencoder for anomaly detection, as in MLPerf Tiny: 640 features and back."""
    g = Seeded("autoencoder", (640,), 4)
    sizes = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]
    for index, (depth, count) in enumerate(zip(sizes, sizes[1:]), 1):
        activation = "relu" if index < len(sizes) - 1 else "none"
        g.fully_connected(f"fc_{index}", depth, count, activation=activation)
    return g


def shapes():
    """No network of any use: every kernel with sizes that are no multiples of four, uneven strides and
    paddings, a depth multiplier, and the ReLU forms as layers of their own."""
    g = Seeded("shapes", (17, 18, 3), 5)
    g.conv("conv_1", (3, 5), 3, 7, stride=(2, 1), activation="relu6")
    g.add("maximum_pool", "maxpool_1", window=(2, 3), stride=(1, 2))
    g.conv("pw_1", (1, 1), 7, 6)
    g.add("relu", "relu_1")
    g.depthwise("dw_1", (3, 3), 12)
    skip = g.add("relu6", "relu6_1")
    g.depthwise("dw_2", (2, 4), 12, activation="relu")
    g.conv("conv_2", (3, 3), 12, 12)
    g.add("add", "add_1", skip, "conv_2")
    g.conv("conv_3", (2, 2), 12, 5, stride=(1, 2), padding="VALID", activation="relu")
    g.depthwise("dw_3", (3, 3), 5, stride=(3, 2))
    g.add("average_pool", "avgpool_1", window=(3, 2), stride=(1, 1))
    g.add("reshape", "flat")
    g.fully_connected("fc_1", 30, 21, activation="relu6")
    g.fully_connected("fc_2", 21, 7)
    g.add("softmax", "softmax_1")
    # More cells under one window than the fast path of average pooling may sum.
    g.conv("pw_2", (1, 1), 3, 9, "input")
    g.add("average_pool", "avgpool_2", window=(17, 18), stride=(1, 1), padding="VALID")
    g.add("reshape", "flat_2")
    g.add("softmax", "softmax_2")
    return g


NETWORKS = {network.__name__: network for network in (kws, vww, resnet8, autoencoder, shapes)}
