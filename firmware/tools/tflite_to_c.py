"""Turns an int8 .tflite file into model.c, model.h and the golden tensors.

    tflite_to_c.py MODEL.tflite NAME WEIGHTS DIRECTORY [INPUT.npy]

NAME is the C name of the network, WEIGHTS the word it prints about their origin. Without INPUT a seeded
random one is used. golden.bin holds the input and then every layer's output as the TFLite Micro interpreter
computed it; golden.tsv says where each is.
"""

import math
import pathlib
import re
import sys
import zlib

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

import judge
from graph import output_size

CODES = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
SHORT = {
    "CONV_2D": "conv", "DEPTHWISE_CONV_2D": "dw", "FULLY_CONNECTED": "fc", "AVERAGE_POOL_2D": "avgpool",
    "MAX_POOL_2D": "maxpool", "ADD": "add", "RELU": "relu", "RELU6": "relu6", "SOFTMAX": "softmax",
}


def quantised_multiplier(real):
    """TFLite's QuantizeMultiplier."""
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    fixed = math.floor(fraction * (1 << 31) + 0.5)
    if fixed == 1 << 31:
        fixed, shift = fixed // 2, shift + 1
    return (0, 0) if shift < -31 else (fixed, shift)


def array(type, name, values):
    lines, line = [], ""
    for value in np.asarray(values).ravel():
        text = f"{int(value)},"
        if len(line) + len(text) > 112:
            lines.append(line)
            line = ""
        line += text
    lines.append(line)
    return f"static const {type} {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


class Tensor:
    def __init__(self, model, tensor):
        self.name = tensor.name.decode()
        self.shape = [int(n) for n in (tensor.shape if tensor.shape is not None else [])]
        data = model.buffers[tensor.buffer].data
        dtype = {schema.TensorType.INT8: np.int8, schema.TensorType.INT32: np.int32}.get(tensor.type)
        self.dtype, self.data = dtype, None
        if data is not None and len(data) > 0 and dtype:
            self.data = np.frombuffer(np.asarray(data, np.uint8).tobytes(), dtype).reshape(self.shape)
        quantisation = tensor.quantization
        self.scales = self.scale = self.zero_point = None
        if quantisation is not None and quantisation.scale is not None and len(quantisation.scale):
            self.scales = np.asarray(quantisation.scale, np.float32)
            self.scale, self.zero_point = self.scales[0], int(quantisation.zeroPoint[0])

    @property
    def size(self):
        return int(np.prod(self.shape))


def limits(activation, output):
    """The clamp that a fused activation means for an output."""
    kinds = schema.ActivationFunctionType
    low, high = -128, 127
    stored = lambda real: output.zero_point + int(math.floor(float(np.float32(real) / output.scale) + 0.5))
    if activation in (kinds.RELU, kinds.RELU6):
        low = max(low, stored(0))
    if activation == kinds.RELU6:
        high = min(high, stored(6))
    return low, high


def shape(tensor):
    height, width, channels = tensor.shape[1:] if len(tensor.shape) == 4 else (1, 1, tensor.size)
    return f"{{{height}, {width}, {channels}}}"


def window(options, size, input):
    padding = "SAME" if options.padding == schema.Padding.SAME else "VALID"
    _, top = output_size(input.shape[1], size[0], options.strideH, padding)
    _, left = output_size(input.shape[2], size[1], options.strideW, padding)
    return f"{{{size[0]}, {size[1]}, {options.strideH}, {options.strideW}, {top}, {left}}}"


class Emitter:
    def __init__(self, bytes_, name):
        model = schema.ModelT.InitFromPackedBuf(bytes_, 0)
        self.graph, self.name = model.subgraphs[0], name
        self.tensors = [Tensor(model, t) for t in self.graph.tensors]
        self.codes = [CODES[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in model.operatorCodes]
        self.text, self.layers, self.scratch = [], [], 0
        self.counts = {}

    def layer_name(self, code, output):
        if re.fullmatch(r"[a-z][a-z0-9_]*", output.name):
            return output.name
        self.counts[code] = self.counts.get(code, 0) + 1
        return f"{SHORT[code]}_{self.counts[code]}"

    def convolution(self, code, operator, name, inputs, output):
        input, weights, bias = inputs
        options = operator.builtinOptions
        assert options.dilationHFactor in (0, 1) and options.dilationWFactor in (0, 1)
        height, width = weights.shape[1:3]
        channels = output.shape[3]
        scales = np.broadcast_to(weights.scales, (channels,))
        factors = [quantised_multiplier(float(input.scale) * float(s) / float(output.scale)) for s in scales]
        low, high = limits(options.fusedActivationFunction, output)
        depthwise = code == "DEPTHWISE_CONV_2D"
        pointwise = not depthwise and (height, width, options.strideH, options.strideW) == (1, 1, 1, 1)
        self.text += [
            array("int8_t", f"{name}_weights", weights.data),
            array("int32_t", f"{name}_bias", bias.data),
            array("int32_t", f"{name}_multiplier", [m for m, _ in factors]),
            array("int32_t", f"{name}_shift", [s for _, s in factors]),
            f"static const struct convolution {name} = {{\n"
            f"    .input = {shape(input)},\n    .output = {shape(output)},\n"
            f"    .window = {window(options, (height, width), input)},\n"
            f"    .weights = {name}_weights,\n    .bias = {name}_bias,\n"
            f"    .rescale = {{{name}_multiplier, {name}_shift}},\n"
            f"    .input_offset = {-input.zero_point},\n    .output_offset = {output.zero_point},\n"
            f"    .minimum = {low},\n    .maximum = {high},\n}};\n",
        ]
        cells = output.shape[1] * output.shape[2] * channels
        if depthwise:
            return "int8_convolve_depthwise", "", cells * height * width
        self.scratch = max(self.scratch, 2 * height * width * input.shape[3])
        return "int8_convolve_1x1" if pointwise else "int8_convolve", ", scratch", cells * height * width * input.shape[3]

    def fully_connected(self, operator, name, inputs, output):
        input, weights, bias = inputs
        count, depth = weights.shape
        multiplier, shift_ = quantised_multiplier(
            float(input.scale) * float(weights.scale) / float(output.scale))
        low, high = limits(operator.builtinOptions.fusedActivationFunction, output)
        self.text += [
            array("int8_t", f"{name}_weights", weights.data),
            array("int32_t", f"{name}_bias", bias.data),
            f"static const struct fully_connected {name} = {{\n"
            f"    .inputs = {depth},\n    .outputs = {count},\n"
            f"    .weights = {name}_weights,\n    .bias = {name}_bias,\n"
            f"    .multiplier = {multiplier},\n    .shift = {shift_},\n"
            f"    .input_offset = {-input.zero_point},\n    .output_offset = {output.zero_point},\n"
            f"    .minimum = {low},\n    .maximum = {high},\n}};\n",
        ]
        self.scratch = max(self.scratch, depth)
        return "int8_fully_connected", ", scratch", count * depth

    def pooling(self, code, operator, name, inputs, output):
        options = operator.builtinOptions
        low, high = limits(options.fusedActivationFunction, output)
        size = options.filterHeight, options.filterWidth
        self.text.append(
            f"static const struct pooling {name} = {{\n"
            f"    .input = {shape(inputs[0])},\n    .output = {shape(output)},\n"
            f"    .window = {window(options, size, inputs[0])},\n"
            f"    .minimum = {low},\n    .maximum = {high},\n}};\n")
        return "int8_average_pool" if code == "AVERAGE_POOL_2D" else "int8_maximum_pool", "", 0

    def addition(self, operator, name, inputs, output):
        twice = 2 * max(float(inputs[0].scale), float(inputs[1].scale))
        factors = [quantised_multiplier(float(i.scale) / twice) for i in inputs]
        multiplier, shift_ = quantised_multiplier(twice / ((1 << 20) * float(output.scale)))
        low, high = limits(operator.builtinOptions.fusedActivationFunction, output)
        self.text.append(
            f"static const struct addition {name} = {{\n"
            f"    .size = {output.size},\n"
            f"    .input_offset = {{{-inputs[0].zero_point}, {-inputs[1].zero_point}}},\n"
            f"    .input_multiplier = {{{factors[0][0]}, {factors[1][0]}}},\n"
            f"    .input_shift = {{{factors[0][1]}, {factors[1][1]}}},\n"
            f"    .output_offset = {output.zero_point},\n"
            f"    .output_multiplier = {multiplier},\n    .output_shift = {shift_},\n"
            f"    .minimum = {low},\n    .maximum = {high},\n}};\n")
        return "int8_add", "", 0

    def rectification(self, code, name, inputs, output):
        kinds = schema.ActivationFunctionType
        low, high = limits(kinds.RELU if code == "RELU" else kinds.RELU6, output)
        if code == "RELU":
            multiplier, shift_ = quantised_multiplier(float(inputs[0].scale) / float(output.scale))
            self.text.append(
                f"static const struct rectification {name} = {{\n"
                f"    .size = {output.size},\n    .input_offset = {-inputs[0].zero_point},\n"
                f"    .multiplier = {multiplier},\n    .shift = {shift_},\n"
                f"    .output_offset = {output.zero_point},\n"
                f"    .minimum = {low},\n    .maximum = {high},\n}};\n")
            return "int8_relu", "", 0
        self.text.append(
            f"static const struct clamping {name} = {{\n"
            f"    .size = {output.size},\n    .minimum = {low},\n    .maximum = {high},\n}};\n")
        return "int8_clamp", "", 0

    def softmax(self, operator, name, inputs, output):
        columns = output.shape[-1]
        real = min(float(operator.builtinOptions.beta) * float(inputs[0].scale) * (1 << 26), 2.0**31 - 1)
        multiplier, shift_ = quantised_multiplier(real)
        lowest = -math.floor(31 * (1 << 26) / (1 << shift_))
        self.text.append(
            f"static const struct softmax {name} = {{\n"
            f"    .rows = {output.size // columns},\n    .columns = {columns},\n"
            f"    .multiplier = {multiplier},\n    .shift = {shift_},\n"
            f"    .difference_minimum = {lowest},\n}};\n")
        return "int8_softmax", "", 0

    def operator(self, code, operator, name, inputs, output):
        if code in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            return self.convolution(code, operator, name, inputs, output)
        if code == "FULLY_CONNECTED":
            return self.fully_connected(operator, name, inputs, output)
        if code in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
            return self.pooling(code, operator, name, inputs, output)
        if code == "ADD":
            return self.addition(operator, name, inputs, output)
        if code in ("RELU", "RELU6"):
            return self.rectification(code, name, inputs, output)
        if code == "SOFTMAX":
            return self.softmax(operator, name, inputs, output)
        raise ValueError(f"no kernel for {code}")

    def place_buffers(self, steps):
        """Offset of every activation in the arena, first fit in order of birth. Reshapes are aliases."""
        alias = {}
        root = lambda number: root(alias[number]) if number in alias else number
        for code, operator in steps:
            if code == "RESHAPE":
                alias[operator.outputs[0]] = operator.inputs[0]
        first, last = {self.graph.inputs[0]: -1}, {}
        for index, (code, operator) in enumerate(steps):
            for number in operator.inputs:
                if number >= 0 and self.tensors[number].data is None:
                    last[root(number)] = index
            first.setdefault(root(operator.outputs[0]), index)
        last[root(self.graph.outputs[0])] = len(steps)
        places, total = {}, 0
        for number in sorted(first, key=first.get):
            size, offset = -(-self.tensors[number].size // 4) * 4, 0
            busy = sorted((places[o], places[o] + -(-self.tensors[o].size // 4) * 4)
                          for o in places if last.get(o, -1) >= first[number])
            for start, end in busy:
                if offset + size <= start:
                    break
                offset = max(offset, end)
            places[number], total = offset, max(total, offset + size)
        return {number: places[root(number)] for number in [*first, *alias]}, total

    def emit(self, weights_word, value, input):
        steps = [(self.codes[o.opcodeIndex], o) for o in self.graph.operators]
        places, arena = self.place_buffers(steps)
        runs, rows, golden = [], [], []

        def keep(name, tensor, data, macs):
            data = np.asarray(data, np.int8).ravel()
            crc, offset = zlib.crc32(data.tobytes()), sum(len(d) for d in golden)
            dimensions = "x".join(map(str, tensor.shape[1:]))
            rows.append(f"{name}\t{offset}\t{data.size}\t{dimensions}\t{tensor.scale:.9g}\t{tensor.zero_point}\t"
                        f"{macs}\t{crc:08x}")
            golden.append(data.tobytes())
            return crc

        input_tensor = self.tensors[self.graph.inputs[0]]
        keep("input", input_tensor, input, 0)
        for code, operator in steps:
            if code == "RESHAPE":
                continue
            output = self.tensors[operator.outputs[0]]
            inputs = [self.tensors[number] for number in operator.inputs]
            name = self.layer_name(code, output)
            function, extra, macs = self.operator(code, operator, name, inputs, output)
            sources = "".join(f", arena + {places[n]}" for n in operator.inputs if self.tensors[n].data is None)
            place = places[operator.outputs[0]]
            runs.append(f"static void run_{name}(void) {{ {function}(&{name}{sources}, arena + {place}{extra}); }}")
            crc = keep(name, output, value(operator.outputs[0]), macs)
            self.layers.append(
                f'    {{"{name}", {macs}, run_{name}, arena + {place}, {output.size}, 0x{crc:08x}}},')
        output = self.tensors[self.graph.outputs[0]]
        scratch = f"static int16_t scratch[{self.scratch}] __attribute__((aligned(4)));\n" if self.scratch else ""
        text = (
            f"// Generated by tools/tflite_to_c.py. Do not edit.\n\n"
            f'#include "model.h"\n\n#include "kernels.h"\n\n'
            f"static int8_t arena[{arena}] __attribute__((aligned(4)));\n{scratch}\n"
            + "\n".join(self.text) + "\n"
            + array("int8_t", "golden_input", input) + "\n"
            + "\n".join(runs) + "\n\n"
            + "static const struct layer layers[] = {\n" + "\n".join(self.layers) + "\n};\n\n"
            + f"const struct network {self.name} = {{\n"
            f'    .name = "{self.name}",\n    .weights = "{weights_word}",\n'
            f"    .layers = layers,\n    .layer_count = {len(self.layers)},\n"
            f"    .input = arena + {places[self.graph.inputs[0]]},\n    .input_size = {input_tensor.size},\n"
            f"    .golden_input = golden_input,\n"
            f"    .output = arena + {places[self.graph.outputs[0]]},\n    .output_size = {output.size},\n"
            f"    .input_scale = {number(input_tensor.scale)},\n    .output_scale = {number(output.scale)},\n"
            f"    .input_zero_point = {input_tensor.zero_point},\n"
            f"    .output_zero_point = {output.zero_point},\n}};\n")
        header = (
            f"// Generated by tools/tflite_to_c.py. Do not edit.\n\n#ifndef MODEL_H\n#define MODEL_H\n\n"
            f'#include "network.h"\n\nextern const struct network {self.name};\n\n#endif\n')
        table = "name\toffset\tsize\tshape\tscale\tzero_point\tmacs\tcrc32\n" + "\n".join(rows) + "\n"
        return text, header, b"".join(golden), table


def number(value):
    text = f"{value:.9g}"
    return (text if "." in text or "e" in text else text + ".0") + "f"


def convert(model, name, weights_word, directory, input=None):
    emitter = Emitter(model, name)
    tensor = emitter.tensors[emitter.graph.inputs[0]]
    if input is None:
        input = np.random.default_rng(1).integers(-128, 128, tensor.size)
    input = np.asarray(input, np.int8).reshape(tensor.shape)
    text, header, golden, table = emitter.emit(weights_word, judge.run(model, input), input)
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "model.c").write_text(text)
    (directory / "model.h").write_text(header)
    (directory / "golden.bin").write_bytes(golden)
    (directory / "golden.tsv").write_text(table)


if __name__ == "__main__":
    path, name, word, directory, *rest = sys.argv[1:]
    convert(pathlib.Path(path).read_bytes(), name, word, directory, np.load(rest[0]) if rest else None)
