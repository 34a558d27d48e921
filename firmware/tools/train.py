"""Training of small graphs by backpropagation and Adam, in numpy."""

import numpy as np

from graph import output_size, run, windows


def backward(graph, tensors, gradient):
    """Gradients of (weights, bias) by layer name; `gradient` is that of the last layer's output."""
    towards = {graph.layers[-1].name: gradient}
    result = {}
    for layer in reversed(graph.layers):
        g = towards.pop(layer.name)
        x = tensors[layer.inputs[0]]
        if layer.activation == "relu":
            g = g * (tensors[layer.name] > 0)
        if layer.kind == "fully_connected":
            result[layer.name] = g.T @ x.reshape(len(x), -1), g.sum(axis=0)
            back = (g @ layer.weights).reshape(x.shape)
        elif layer.kind == "conv":
            size = layer.weights.shape[1:3]
            patches = windows(x, size, layer.stride, layer.padding, 0)
            result[layer.name] = np.tensordot(g, patches, ((0, 1, 2), (0, 1, 2))), g.sum(axis=(0, 1, 2))
            back = scatter(np.tensordot(g, layer.weights, (3, 0)), x.shape, layer, size)
        elif layer.kind == "maximum_pool":
            patches = windows(x, layer.window, layer.stride, layer.padding, -np.inf)
            best = patches == tensors[layer.name][:, :, :, None, None, :]
            back = scatter(best * g[:, :, :, None, None, :], x.shape, layer, layer.window)
        elif layer.kind == "reshape":
            back = g.reshape(x.shape)
        else:
            raise ValueError(layer.kind)
        towards[layer.inputs[0]] = back
    return result


def scatter(patches, shape, layer, size):
    """The transpose of graph.windows: adds every patch back to where it came from."""
    batch, height, width, channels = shape
    (rows, top), (columns, left) = (
        output_size(shape[1 + axis], size[axis], layer.stride[axis], layer.padding) for axis in (0, 1)
    )
    sum = np.zeros((batch, height + 2 * size[0], width + 2 * size[1], channels), np.float32)
    for y in range(size[0]):
        for x in range(size[1]):
            sum[:, y : y + rows * layer.stride[0] : layer.stride[0],
                x : x + columns * layer.stride[1] : layer.stride[1]] += patches[:, :, :, y, x, :]
    return sum[:, top : top + height, left : left + width]


def train(graph, inputs, targets, gradient_of_loss, random, epochs, batch=32, rate=0.003):
    """Adam with a learning rate that falls to zero along a cosine."""
    trained = [layer for layer in graph.layers if layer.weights is not None]
    moments = {layer.name: [np.zeros_like(p) for p in (layer.weights, layer.bias) for _ in range(2)] for layer in trained}
    steps, step = epochs * -(-len(inputs) // batch), 0
    for _ in range(epochs):
        order = random.permutation(len(inputs))
        for start in range(0, len(inputs), batch):
            chosen, step = order[start : start + batch], step + 1
            tensors = run(graph, inputs[chosen])
            gradients = backward(graph, tensors, gradient_of_loss(tensors[graph.layers[-1].name], targets[chosen]))
            now = rate * (1 + np.cos(np.pi * step / steps)) / 2
            for layer in trained:
                m = moments[layer.name]
                for index, (parameter, g) in enumerate(zip((layer.weights, layer.bias), gradients[layer.name])):
                    m[2 * index] = 0.9 * m[2 * index] + 0.1 * g
                    m[2 * index + 1] = 0.999 * m[2 * index + 1] + 0.001 * g * g
                    mean, spread = m[2 * index] / (1 - 0.9**step), m[2 * index + 1] / (1 - 0.999**step)
                    parameter -= (now * mean / (np.sqrt(spread) + 1e-8)).astype(np.float32)
