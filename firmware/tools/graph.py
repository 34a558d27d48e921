"""A float network: layers in order, and how to run it with numpy."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Layer:
    kind: str                    # conv, depthwise, fully_connected, average_pool, maximum_pool, add, relu, relu6, reshape, softmax
    name: str                    # also the name of the layer's output
    inputs: list
    weights: np.ndarray = None   # conv: [out, h, w, in], depthwise: [h, w, channels], fully_connected: [out, in]
    bias: np.ndarray = None
    window: tuple = None
    stride: tuple = (1, 1)
    padding: str = "SAME"
    activation: str = "none"     # none, relu, relu6


@dataclass
class Graph:
    name: str
    input_shape: tuple           # without the batch
    layers: list = field(default_factory=list)

    def add(self, kind, name, *inputs, **attributes):
        """Appends a layer that reads `inputs`, by default the layer before it."""
        if not inputs:
            inputs = (self.layers[-1].name if self.layers else "input",)
        self.layers.append(Layer(kind, name, list(inputs), **attributes))
        return name


def output_size(size, window, stride, padding):
    """Cells along one axis, and the padding before the first."""
    if padding == "VALID":
        return (size - window) // stride + 1, 0
    count = -(-size // stride)
    return count, max((count - 1) * stride + window - size, 0) // 2


def windows(x, window, stride, padding, fill):
    """[batch, rows, columns, window height, window width, channels]"""
    (rows, top), (columns, left) = (
        output_size(x.shape[1 + axis], window[axis], stride[axis], padding) for axis in (0, 1)
    )
    bottom = max((rows - 1) * stride[0] + window[0] - x.shape[1] - top, 0)
    right = max((columns - 1) * stride[1] + window[1] - x.shape[2] - left, 0)
    x = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, window, axis=(1, 2))
    view = view[:, : (rows - 1) * stride[0] + 1 : stride[0], : (columns - 1) * stride[1] + 1 : stride[1]]
    return view.transpose(0, 1, 2, 4, 5, 3)


def activate(x, activation):
    if activation == "none":
        return x
    return np.clip(x, 0, 6 if activation == "relu6" else None)


def run_layer(layer, *x):
    a = x[0]
    if layer.kind == "conv":
        patches = windows(a, layer.weights.shape[1:3], layer.stride, layer.padding, 0)
        return activate(np.tensordot(patches, layer.weights, ((3, 4, 5), (1, 2, 3))) + layer.bias, layer.activation)
    if layer.kind == "depthwise":
        patches = windows(a, layer.weights.shape[:2], layer.stride, layer.padding, 0)
        repeat = layer.weights.shape[2] // a.shape[3]
        patches = np.repeat(patches, repeat, axis=5)
        return activate(np.einsum("brchwk,hwk->brck", patches, layer.weights) + layer.bias, layer.activation)
    if layer.kind == "fully_connected":
        return activate(a.reshape(len(a), -1) @ layer.weights.T + layer.bias, layer.activation)
    if layer.kind == "average_pool":
        return np.nanmean(windows(a, layer.window, layer.stride, layer.padding, np.nan), axis=(3, 4))
    if layer.kind == "maximum_pool":
        return windows(a, layer.window, layer.stride, layer.padding, -np.inf).max(axis=(3, 4))
    if layer.kind == "add":
        return activate(a + x[1], layer.activation)
    if layer.kind in ("relu", "relu6"):
        return activate(a, layer.kind)
    if layer.kind == "reshape":
        return a.reshape(len(a), -1)
    if layer.kind == "softmax":
        e = np.exp(a - a.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
    raise ValueError(layer.kind)


def run(graph, batch):
    """Every tensor by name, for a batch of inputs."""
    tensors = {"input": np.asarray(batch, np.float32)}
    for layer in graph.layers:
        tensors[layer.name] = run_layer(layer, *(tensors[i] for i in layer.inputs)).astype(np.float32)
    return tensors
