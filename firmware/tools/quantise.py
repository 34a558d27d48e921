"""Post-training int8 quantisation by the rules of TFLite's specification, written as a .tflite file.

Activations: per tensor, asymmetric, range seen over a calibration batch and widened to hold 0.
Weights: symmetric, per output channel (fully connected: per tensor). Biases: int32, scale input * weights.
"""

import flatbuffers
import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from graph import run

# The first version of each operator that takes int8.
VERSIONS = {
    schema.BuiltinOperator.CONV_2D: 3, schema.BuiltinOperator.DEPTHWISE_CONV_2D: 3,
    schema.BuiltinOperator.FULLY_CONNECTED: 4, schema.BuiltinOperator.RESHAPE: 1,
}
OTHER_VERSION = 2

PASSES_SCALE_ON = ("average_pool", "maximum_pool", "reshape", "relu6")


def ranges(graph, batch):
    """(scale, zero point) of every tensor, by name."""
    tensors = run(graph, batch)
    result = {}
    for name, values in tensors.items():
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        scale = np.float32((high - low) / 255 or 1 / 255)
        result[name] = (scale, int(np.clip(round(-128 - low / float(scale)), -128, 127)))
    for layer in graph.layers:
        if layer.kind in PASSES_SCALE_ON:
            result[layer.name] = result[layer.inputs[0]]
        if layer.kind == "softmax":
            result[layer.name] = (np.float32(1 / 256), -128)
    return tensors, result


class Writer:
    """Collects tensors, buffers and operators of one subgraph."""

    def __init__(self, graph):
        self.graph = graph
        self.tensors, self.buffers, self.operators, self.codes, self.index = [], [schema.BufferT()], [], [], {}

    def tensor(self, name, shape, type, scales, zero_points, data=None, axis=0):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, [int(n) for n in shape], type
        tensor.buffer = 0
        if scales is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = [float(s) for s in np.atleast_1d(scales)]
            tensor.quantization.zeroPoint = [int(z) for z in np.atleast_1d(zero_points)]
            tensor.quantization.quantizedDimension = axis
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            self.buffers.append(buffer)
            tensor.buffer = len(self.buffers) - 1
        self.tensors.append(tensor)
        self.index[name] = len(self.tensors) - 1
        return self.index[name]

    def operator(self, code, inputs, output, options_type=0, options=None):
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.index(code)
        operator.inputs, operator.outputs = inputs, [output]
        operator.builtinOptionsType, operator.builtinOptions = options_type, options
        self.operators.append(operator)

    def bytes(self, last):
        subgraph = schema.SubGraphT()
        subgraph.name, subgraph.tensors, subgraph.operators = self.graph.name, self.tensors, self.operators
        subgraph.inputs, subgraph.outputs = [self.index["input"]], [self.index[last]]
        model = schema.ModelT()
        model.version, model.description = 3, self.graph.name
        model.subgraphs, model.buffers, model.operatorCodes = [subgraph], self.buffers, []
        for code in self.codes:
            operator_code = schema.OperatorCodeT()
            operator_code.builtinCode = operator_code.deprecatedBuiltinCode = code
            operator_code.version = VERSIONS.get(code, OTHER_VERSION)
            model.operatorCodes.append(operator_code)
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def fused(activation):
    kinds = schema.ActivationFunctionType
    return {"none": kinds.NONE, "relu": kinds.RELU, "relu6": kinds.RELU6}[activation]


def set_window(options, layer):
    options.padding = schema.Padding.SAME if layer.padding == "SAME" else schema.Padding.VALID
    options.strideH, options.strideW = layer.stride


def quantise_weights(weights, channels_first):
    """int8 values and the scale of each channel, or of all."""
    axes = tuple(range(1, weights.ndim)) if channels_first else tuple(range(weights.ndim - 1))
    scales = np.maximum(np.abs(weights).max(axis=axes), 1e-6).astype(np.float32) / np.float32(127)
    shape = (-1,) + (1,) * (weights.ndim - 1) if channels_first else (-1,)
    return np.clip(np.round(weights / scales.reshape(shape)), -127, 127).astype(np.int8), scales


def weighted(writer, layer, input_scale):
    """Writes weights and bias; returns their tensor numbers."""
    name = layer.name
    if layer.kind == "fully_connected":
        scales = np.float32(np.abs(layer.weights).max()) / np.float32(127)
        values = np.clip(np.round(layer.weights / scales), -127, 127).astype(np.int8)
        axis = 0
    elif layer.kind == "conv":
        values, scales = quantise_weights(layer.weights, True)
        axis = 0
    else:
        values, scales = quantise_weights(layer.weights, False)
        values, axis = values[np.newaxis], 3
    bias_scales = np.atleast_1d(np.float32(input_scale) * scales)
    bias = np.round(layer.bias / bias_scales.astype(np.float64)).astype(np.int32)
    int8, int32 = schema.TensorType.INT8, schema.TensorType.INT32
    zeros = np.zeros(np.size(scales), int)
    return [
        writer.tensor(f"{name}/weights", values.shape, int8, scales, zeros, values, axis),
        writer.tensor(f"{name}/bias", bias.shape, int32, bias_scales, zeros, bias),
    ]


def quantise(graph, batch):
    """The .tflite bytes of the network, and the (scale, zero point) of its input."""
    tensors, parameters = ranges(graph, batch)
    writer = Writer(graph)
    codes, kinds = schema.BuiltinOperator, schema.BuiltinOptions
    writer.tensor("input", (1, *graph.input_shape), schema.TensorType.INT8, *parameters["input"])
    for layer in graph.layers:
        inputs = [writer.index[name] for name in layer.inputs]
        shape = (1, *tensors[layer.name].shape[1:])
        output = writer.tensor(layer.name, shape, schema.TensorType.INT8, *parameters[layer.name])
        if layer.kind in ("conv", "depthwise", "fully_connected"):
            inputs += weighted(writer, layer, parameters[layer.inputs[0]][0])
        if layer.kind == "conv":
            options = schema.Conv2DOptionsT()
            set_window(options, layer)
            options.dilationHFactor = options.dilationWFactor = 1
            code, kind = codes.CONV_2D, kinds.Conv2DOptions
        elif layer.kind == "depthwise":
            options = schema.DepthwiseConv2DOptionsT()
            set_window(options, layer)
            options.dilationHFactor = options.dilationWFactor = 1
            options.depthMultiplier = layer.weights.shape[2] // tensors[layer.inputs[0]].shape[3]
            code, kind = codes.DEPTHWISE_CONV_2D, kinds.DepthwiseConv2DOptions
        elif layer.kind == "fully_connected":
            options, code, kind = schema.FullyConnectedOptionsT(), codes.FULLY_CONNECTED, kinds.FullyConnectedOptions
        elif layer.kind in ("average_pool", "maximum_pool"):
            options = schema.Pool2DOptionsT()
            set_window(options, layer)
            options.filterHeight, options.filterWidth = layer.window
            code = codes.AVERAGE_POOL_2D if layer.kind == "average_pool" else codes.MAX_POOL_2D
            kind = kinds.Pool2DOptions
        elif layer.kind == "add":
            options, code, kind = schema.AddOptionsT(), codes.ADD, kinds.AddOptions
        elif layer.kind in ("relu", "relu6"):
            options, kind, code = None, 0, codes.RELU if layer.kind == "relu" else codes.RELU6
        elif layer.kind == "reshape":
            options, code, kind = schema.ReshapeOptionsT(), codes.RESHAPE, kinds.ReshapeOptions
            options.newShape = list(shape)
        elif layer.kind == "softmax":
            options, code, kind = schema.SoftmaxOptionsT(), codes.SOFTMAX, kinds.SoftmaxOptions
            options.beta = 1.0
        else:
            raise ValueError(layer.kind)
        if hasattr(options, "fusedActivationFunction"):
            options.fusedActivationFunction = fused(layer.activation)
        writer.operator(code, inputs, output, kind, options)
    return writer.bytes(graph.layers[-1].name), parameters["input"]
