"""Tries the layers that the kmodel runner does on the processor: a small model for each, run in QEMU, against numpy.

    check_kmodel.py [NAME]

Needs qemu-system-riscv64 and numpy; builds the runner with `make QEMU=1`.
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np

from kmodel import KModel

FIRMWARE = pathlib.Path(__file__).resolve().parent.parent
BUILD = "build/check"
ELF = FIRMWARE / BUILD / "out/kmodel/kmodel.k210.elf"
PLACE = 0x80200000
CONSTANTS, MAIN = 0, 1
TYPES = {np.dtype(np.float32): 0, np.dtype(np.uint8): 1}
EVERYTHING = (-3.4e38, 3.4e38)

random = np.random.default_rng(210)
f32 = lambda *shape: random.normal(size=shape).astype(np.float32)
u8 = lambda *shape: random.integers(0, 256, shape).astype(np.uint8)


def words(*values):
    return b"".join(struct.pack("<f", v) if isinstance(v, float) else struct.pack("<i", int(v)) for v in values)


def memory(where, start, array):
    return words(where, TYPES[array.dtype], start, array.nbytes)


class V4:
    """A model of one layer: the first operand is the model's input, others are constants."""

    def __init__(self, code, expected, *operands):
        self.code, self.expected, self.operands = code, np.ascontiguousarray(expected), operands
        self.constants, self.ranges = b"", [memory(MAIN, 0, operands[0])]
        self.out = -(-operands[0].nbytes // 64) * 64
        for operand in operands[1:]:
            self.ranges.append(memory(CONSTANTS, len(self.constants), operand))
            self.constants += operand.tobytes() + bytes(-operand.nbytes % 8)
        self.output = memory(MAIN, self.out, self.expected)

    def file(self, tail, order=None):
        """`order` says where the output's range is among those of the operands: last unless told."""
        ranges = [*self.ranges, self.output] if order is None else order
        body = b"".join(ranges) + tail
        body += bytes(-len(body) % 8)
        shape = (1,) * (4 - self.operands[0].ndim) + self.operands[0].shape
        header = struct.pack("<10I", 0x4B4D444C, 4, 0, 1, len(self.constants), self.out + self.expected.nbytes + 64,
                             1, 1, 1, 0)
        return (header + self.ranges[0] + words(*shape) + self.output + self.constants
                + struct.pack("<2I", self.code, len(body)) + body)


def patched(model, input):
    """The runner's ELF with its mailbox filled."""
    elf = bytearray(ELF.read_bytes())
    names = subprocess.run(["riscv64-unknown-elf-nm", ELF], capture_output=True, text=True, check=True).stdout
    address = next(int(line.split()[0], 16) for line in names.splitlines() if line.endswith(" kmodel_mailbox"))
    start, = struct.unpack_from("<Q", elf, 32)
    count, = struct.unpack_from("<H", elf, 56)
    for index in range(count):
        kind, _, offset, place, _, size, *_ = struct.unpack_from("<2I6Q", elf, start + 56 * index)
        if kind == 1 and place <= address < place + size:
            input_place = PLACE + -(-len(model) // 64) * 64
            struct.pack_into("<4Q", elf, offset + address - place + 8, PLACE, len(model), input_place, len(input))
            return bytes(elf), input_place
    raise ValueError("no mailbox")


def run(model, input):
    """What the runner prints of its first output, as numbers."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        elf, place = patched(model, input)
        for name, data in (("elf", elf), ("model", model), ("input", input)):
            (folder / name).write_bytes(data)
        command = ["qemu-system-riscv64", "-M", "virt", "-smp", "2", "-m", "256M", "-bios", "none", "-nographic",
                   "-monitor", "none", "-serial", "none", "-semihosting", "-kernel", folder / "elf",
                   "-device", f"loader,file={folder}/model,addr={PLACE},force-raw=on",
                   "-device", f"loader,file={folder}/input,addr={place},force-raw=on"]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    text = result.stdout + result.stderr
    if result.returncode != 0:
        return None, text
    return np.array([float(word) for word in text.split("\n")[2].split()]), text


def window_output(size, before, after, filter, stride, dilation):
    return (size + before + after - (filter - 1) * dilation - 1) // stride + 1


def windows(x, pads, filter, stride, dilation, fill):
    """[batch, channel, out row, out column, filter row, filter column] of [batch, channel, row, column]."""
    (top, bottom), (left, right) = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    extent = [(f - 1) * d + 1 for f, d in zip(filter, dilation)]
    view = np.lib.stride_tricks.sliding_window_view(x, extent, axis=(2, 3))
    return view[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]


def convolution(x, weights, groups, pads, stride, dilation):
    """Sums, [batch, output channel, row, column]; weights are [output, input of a group, row, column]."""
    patches = windows(x.astype(np.float64), pads, weights.shape[2:], stride, dilation, 0)
    per_in, per_out = x.shape[1] // groups, weights.shape[0] // groups
    return np.concatenate([
        np.einsum("bcyxij,ocij->boyx", patches[:, g * per_in : (g + 1) * per_in],
                  weights[g * per_out : (g + 1) * per_out].astype(np.float64)) for g in range(groups)], axis=1)


PADS, STRIDE, DILATION = ((1, 0), (1, 1)), (2, 1), (1, 2)
NO_PADS, ONES = ((0, 0), (0, 0)), (1, 1)


def window_words(pads, filter, stride, dilation):
    return words(*pads[0], *pads[1], *filter, *stride, *dilation)


def requantise(sums, mul, shift, offset):
    return np.clip((sums.astype(np.int64) * mul + (1 << (shift - 1)) >> shift) + offset, 0, 255).astype(np.uint8)


def float_convolutions():
    x, weights, bias = f32(2, 4, 7, 6), f32(6, 2, 3, 2), f32(6)
    sums = convolution(x, weights, 2, PADS, STRIDE, DILATION) + bias[:, None, None]
    model = V4(2, np.clip(sums, -1, 2).astype(np.float32), x)
    tail = (words(*x.shape, 2, 6) + window_words(PADS, (3, 2), STRIDE, DILATION) + words(-1.0, 2.0)
            + weights.tobytes() + bias.tobytes())
    yield "conv2d", model, model.file(tail)

    x, weights = f32(1, 6, 5, 3), f32(4, 3, 2, 3)  # channels last: weights [output][row][column][input]
    sums = convolution(x.transpose(0, 3, 1, 2), weights.transpose(0, 3, 1, 2), 1, PADS, STRIDE, ONES)
    model = V4(0x1001, (sums + bias[:4, None, None]).transpose(0, 2, 3, 1).astype(np.float32), x)
    tail = (words(*x.shape, 4) + window_words(PADS, (3, 2), STRIDE, ONES) + words(*EVERYTHING)
            + weights.tobytes() + bias[:4].tobytes())
    yield "cpu_conv2d", model, model.file(tail)

    weights = f32(3, 3, 2)  # [channel][row][column]
    sums = convolution(x.transpose(0, 3, 1, 2), weights[:, None], 3, PADS, STRIDE, ONES)
    model = V4(0x1002, (sums + bias[:3, None, None]).transpose(0, 2, 3, 1).astype(np.float32), x)
    tail = (words(*x.shape) + window_words(PADS, (3, 2), STRIDE, ONES) + words(*EVERYTHING)
            + weights.tobytes() + bias[:3].tobytes())
    yield "cpu_depthwise_conv2d", model, model.file(tail)

    # Transposed: every input pixel spreads its window over the result. The runtime adds no bias.
    x, weights = f32(1, 2, 3, 4), f32(3, 2, 3, 3)
    out = np.zeros((1, 3, 7, 9))
    for y in range(3):
        for column in range(4):
            out[:, :, 2 * y : 2 * y + 3, 2 * column : 2 * column + 3] += np.einsum(
                "bi,oikl->bokl", x[:, :, y, column].astype(np.float64), weights)
    out = out[:, :, 1:7, 1:8]
    model = V4(0x13, out.astype(np.float32), x)
    tail = (words(*x.shape, *out.shape, 1) + window_words(((1, 0), (1, 1)), (3, 3), (2, 2), ONES) + words(*EVERYTHING)
            + weights.tobytes() + f32(3).tobytes())
    yield "conv2d_transpose", model, model.file(tail)


def byte_convolutions():
    x, weights, bias = u8(1, 4, 7, 6), u8(6, 2, 3, 2), random.integers(-9999, 9999, 6).astype(np.int32)
    factors = (1500, 20, 100)  # mul, shift, offset of the output
    sums = convolution(x.astype(int) - 128, weights.astype(int) - 120, 2, NO_PADS, STRIDE, ONES)
    expected = requantise(sums + bias[:, None, None], *factors)
    model = V4(0x0F, expected, x)
    tail = (words(*x.shape, 2, 6) + window_words(NO_PADS, (3, 2), STRIDE, ONES) + words(-128, -120, *factors)
            + bias.tobytes() + weights.tobytes())
    yield "quantized_conv2d", model, model.file(tail)

    x, weights = u8(1, 6, 5, 3), u8(4, 3, 2, 3)
    sums = convolution(x.transpose(0, 3, 1, 2).astype(int) - 100, weights.transpose(0, 3, 1, 2).astype(int) - 90, 1,
                       NO_PADS, STRIDE, ONES)
    expected = requantise(sums + bias[:4, None, None], *factors).transpose(0, 2, 3, 1)
    model = V4(0x1004, expected, x)
    tail = (words(*x.shape, 4) + window_words(NO_PADS, (3, 2), STRIDE, ONES) + words(100, 90, *factors)
            + weights.tobytes() + bias[:4].tobytes())
    yield "cpu_quantized_conv2d", model, model.file(tail)

    x, weights = u8(1, 6, 5, 4), u8(4, 3, 2)
    sums = convolution(x.transpose(0, 3, 1, 2).astype(int) - 100, weights[:, None].astype(int) - 90, 4,
                       NO_PADS, STRIDE, ONES)
    expected = requantise(sums + bias[:4, None, None], *factors).transpose(0, 2, 3, 1)
    model = V4(0x1005, expected, x)
    tail = (words(*x.shape) + window_words(NO_PADS, (3, 2), STRIDE, ONES) + words(100, 90, *factors)
            + weights.tobytes() + bias[:4].tobytes())
    yield "cpu_quantized_depthwise_conv2d", model, model.file(tail)


def pools():
    kinds = [("mean", np.nanmean, 0.0), ("minimum", np.nanmin, 9.0), ("maximum", np.nanmax, -9.0),
             ("sum", np.nansum, 0.0)]
    for code, (kind, function, start) in enumerate(kinds):
        x = f32(2, 3, 7, 6)
        patches = windows(x, PADS, (3, 2), STRIDE, ONES, np.nan)
        model = V4(8, function(patches, axis=(4, 5)).astype(np.float32), x)
        tail = words(code, *x.shape) + window_words(PADS, (3, 2), STRIDE, ONES) + words(start, *EVERYTHING)
        yield f"reduce_window2d {kind}", model, model.file(tail)
        last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
        model = V4(0x1003, model.expected.transpose(0, 2, 3, 1), last)
        tail = words(code, *last.shape) + window_words(PADS, (3, 2), STRIDE, ONES) + words(start, *EVERYTHING)
        yield f"cpu_reduce_window2d {kind}", model, model.file(tail)
        model = V4(7, [np.mean, np.min, np.max, np.sum][code](x, axis=(2, 3), keepdims=True).astype(np.float32), x)
        yield f"reduce {kind}", model, model.file(words(code, *x.shape, 2, 3, 1, 1, start))


def binaries():
    functions = [np.add, np.subtract, np.multiply, np.divide, np.minimum, np.maximum]
    for code, function in enumerate(functions):
        for shape in [(2, 3, 4, 5), (1, 3, 1, 1)]:
            a, b = f32(2, 3, 4, 5), f32(*shape)
            model = V4(0, np.clip(function(a, b), -2, 3).astype(np.float32), a, b)
            tail = words(code, *a.shape, *b.shape, *a.shape, -2.0, 3.0)
            yield f"binary {function.__name__} {shape[2]}", model, model.file(tail)
    scale = lambda x, mul, shift: x.astype(np.int64) * mul + (1 << (shift - 1)) >> shift
    for code, function in enumerate(functions):
        for shape in [(2, 3, 4, 5), (1, 1, 4, 1)]:
            a, b = u8(2, 3, 4, 5), np.maximum(u8(*shape), 130)
            x, y = scale(a.astype(int) - 128, 700, 10), scale(b.astype(int) - 120, 900, 10)
            combined = np.floor_divide(np.abs(x + y // 2), y) * np.sign(x + y // 2) if code == 3 else function(x, y)
            expected = np.clip(scale(combined, 600, 10) + 90, 0, 255).astype(np.uint8)
            model = V4(0x11, np.broadcast_to(expected, a.shape), a, b)
            tail = words(code, *a.shape, *b.shape, *a.shape, -128, 700, 10, -120, 900, 10, 90, 600, 10)
            yield f"quantized_binary {function.__name__} {shape[3]}", model, model.file(tail)


def shapes():
    for draw in (f32, u8):
        kind = "floats" if draw is f32 else "bytes"
        x = draw(2, 3, 4, 5)
        for axes in [(0, 2, 3, 1), (3, 1, 0, 2)]:
            model = V4(0x0C, x.transpose(axes), x)
            yield f"transpose {kind} {axes}", model, model.file(words(*x.shape, *axes))
        paddings = ((0, 0), (1, 2), (0, 3), (-1, 1))
        value = draw(1)[0]
        cropped = x[:, :, :, 1:]
        model = V4(5, np.pad(cropped, [(max(a, 0), max(b, 0)) for a, b in paddings], constant_values=value), x)
        tail = words(*x.shape, *np.ravel(paddings), TYPES[x.dtype]) + value.tobytes().ljust(4, b"\0")
        yield f"pad {kind}", model, model.file(tail)
        model = V4(0x0D, x[0:2:1, 2:0:-1, 1:4:2, 0:5:3], x)
        yield f"strided_slice {kind}", model, model.file(words(*x.shape, 0, 2, 1, 0, 2, 0, 4, 5, 1, -1, 2, 3, *[0] * 5))
        model = V4(9, x, x)
        yield f"memory_copy {kind}", model, model.file(b"")
        y = draw(2, 2, 4, 5)
        model = V4(1, np.concatenate([x, y], axis=1), x, y)
        tail = words(20 * x.itemsize, 2, 2) + b"".join(model.ranges) + words(3, 2)
        yield f"concat {kind}", model, model.file(tail, [model.output])
        for bilinear in (True, False):
            for align in (False, True) if bilinear else (False,):
                model = V4(0x0A, resized(x, 7, 3, bilinear, align), x)
                tail = words(*x.shape, 7, 3, 0 if bilinear else 1) + bytes([align, 0, 0, 0])
                yield f"resize_image {kind} {'bilinear' if bilinear else 'nearest'} {align}", model, model.file(tail)


def resized(x, height, width, bilinear, align):
    one = np.float32
    ratio = lambda n, m: one(n - 1) / one(m - 1) if align and m > 1 else one(n) / one(m)
    rows, columns = (np.arange(m, dtype=one) * ratio(n, m) for n, m in zip(x.shape[2:], (height, width)))
    y0, x0 = rows.astype(int), columns.astype(int)
    if not bilinear:
        return x[:, :, np.minimum(y0, x.shape[2] - 1)][..., np.minimum(x0, x.shape[3] - 1)]
    y1, x1 = np.minimum(y0 + 1, x.shape[2] - 1), np.minimum(x0 + 1, x.shape[3] - 1)
    below, beside = (rows - y0)[:, None], columns - x0
    values = (x[:, :, y0][..., x0] * ((1 - below) * (1 - beside)) + x[:, :, y1][..., x0] * (below * (1 - beside))
              + x[:, :, y0][..., x1] * ((1 - below) * beside) + x[:, :, y1][..., x1] * (below * beside))
    return values.astype(x.dtype)


def functions():
    x = (f32(1, 1, 1, 61) * 3).astype(np.float32)
    positive = np.abs(x) + np.float32(0.01)
    table = [np.abs, np.ceil, np.cos, np.exp, np.floor, np.log, np.negative, lambda v: 1 / np.sqrt(v), np.sin,
             np.square]
    for code, function in enumerate(table):
        values = positive if code in (5, 7) else x
        model = V4(0x0E, function(values.astype(np.float64)).astype(np.float32), values)
        yield f"unary {code}", model, model.file(words(code))
    # clamp(exp(x) * 2.5 - x, -1, 4)
    program = bytes([3, 0x23, 6]) + struct.pack("<f", 2.5) + bytes([0x42, 3, 0x41, 5, 0x26, 6]) + struct.pack(
        "<f", 4.0) + bytes([0x80, 0xA0])
    model = V4(0x14, np.clip(np.exp(x) * np.float32(2.5) - x, -1, 4).astype(np.float32), x)
    yield "nnil_unary_method", model, model.file(program)
    x = u8(1, 1, 1, 99)
    table = u8(256)
    model = V4(0x12, table[x], x, table)
    yield "table_lookup1d", model, model.file(b"")
    model = V4(3, ((x.astype(np.float32) - 77) / np.float32(12.5)), x)
    yield "dequantize", model, model.file(words(77, 12.5))
    real = f32(1, 1, 1, 98) * 5
    model = V4(6, np.clip(np.rint(real * np.float32(12.5) + 77), 0, 255).astype(np.uint8), real)
    yield "quantize", model, model.file(words(77, 12.5))
    real = f32(1, 1, 3, 10)
    e = np.exp((real - real.max(axis=3, keepdims=True)).astype(np.float64) * 1.5)
    model = V4(0x0B, (e / e.sum(axis=3, keepdims=True)).astype(np.float32), real)
    yield "softmax", model, model.file(words(10, 3, 1.5))


def products():
    a, b, bias = f32(1, 1, 4, 6), f32(6, 5), f32(5)
    model = V4(4, np.clip(a[0, 0] @ b + bias, -1, 1).astype(np.float32), a, b)
    yield "matmul", model, model.file(words(4, 6, 5, -1.0, 1.0) + bias.tobytes())
    a, b, bias = u8(1, 1, 4, 6), u8(6, 5), random.integers(-9999, 9999, 5).astype(np.int32)
    sums = (a[0, 0].astype(int) - 120) @ (b.astype(int) - 130) + bias
    model = V4(0x10, requantise(sums, 900, 19, 90), a, b)
    yield "quantized_matmul", model, model.file(words(4, 6, 5, -120, -130, 900, 19, 90) + bias.tobytes())


class V3:
    """A model of version 3: the input goes through a fully connected layer that changes nothing, since one must come
    first, for bytes through a quantisation that changes nothing either, and then to the layer in question."""

    def __init__(self, type, expected, input, *tail, second=None):
        self.expected, self.operands = np.ascontiguousarray(expected), [input.astype(np.float32)]
        file, count = KModel(), input.size
        start, place, bytes_ = (file.reserve(4 * count) for _ in range(3))
        out = file.reserve(max(4 * count, self.expected.nbytes))
        file.fully_connected(start, place, np.eye(count, dtype=np.float32), np.zeros(count, np.float32))
        if input.dtype == np.uint8:
            file.layer(11, words(0, place, bytes_, count, 1.0, 0.0))
            place = bytes_
        names = {"in": place, "out": out}
        file.layer(type, b"".join(w if isinstance(w, bytes) else words(names.get(w, w)) for w in (0, *tail)))
        self.model = file.bytes([(out, self.expected.nbytes)])


def version_3():
    x, q = f32(2, 4, 5), u8(2, 4, 5)
    n, pool = x.size, (5, 4, 2, 3, 2, 2, 3, 2, 2, 2, 1, 0)  # in, out, kernel, stride, padding: width first
    yield "v3 add", V3(1, x.ravel() * 2, x, "in", "in", "out", n)
    a, b = (q.astype(np.int64).ravel() - 100) * 700 >> 3, (q.astype(np.int64).ravel() - 90) * 300 >> 2
    carried = (a + b) * 40 >> 10
    carried = np.where(carried & 1, (carried >> 1) + np.where(carried < 0, -1, 1), carried >> 1)
    yield "v3 quantized_add", V3(2, np.clip(carried + 80, 0, 255).astype(np.uint8), q, "in", "in", "out", n,
                                 -100, 700, 3, -90, 300, 2, 80, 40, 11)
    yield "v3 global_average_pool2d", V3(5, x.reshape(2, -1).mean(axis=1), x, "in", "out", 20, 2)
    patches = windows(q[np.newaxis].astype(float), ((0, 0), (1, 1)), (2, 3), (2, 2), ONES, np.nan)
    yield "v3 quantized_max_pool2d", V3(8, np.nanmax(patches, axis=(4, 5)).astype(np.uint8), q, "in", "out", *pool)
    patches = windows(x[np.newaxis], ((0, 0), (1, 1)), (2, 3), (2, 2), ONES, np.nan)
    yield "v3 average_pool2d", V3(9, np.nanmean(patches, axis=(4, 5)).astype(np.float32), x, "in", "out", *pool, 0)
    ties = np.array([-0.5, 0.5, 1.5, 2.5, 300, -7, 0.49999997, 99.2], np.float32)
    yield "v3 quantize", V3(11, np.array([0, 1, 2, 3, 255, 0, 0, 99], np.uint8), ties, "in", "out", 8, 1.0, 0.0)
    yield "v3 dequantize", V3(12, q.astype(np.float32).ravel() * np.float32(0.3) + np.float32(-4.5), q, "in", "out", n,
                              0.3, -4.5)
    table = u8(256)
    yield "v3 requantize", V3(13, table[q.ravel()], q, "in", "out", n, table.tobytes())
    yield "v3 l2_normalization", V3(14, (x / np.linalg.norm(x)).ravel(), x, "in", "out", n)
    yield "v3 softmax", V3(15, (np.exp(x) / np.exp(x).sum()).ravel(), x, "in", "out", n)
    yield "v3 logistic", V3(25, (1 / (1 + np.exp(-x))).ravel(), x, "in", "out", n)
    yield "v3 concat", V3(16, np.concatenate([x.ravel(), x.ravel()[:10]]), x, "out", 2, "in", 4 * n, "in", 40)
    yield "v3 quantized_concat", V3(17, np.concatenate([q.ravel(), q.ravel()[:10]]), q, "out", 2, "in", n, "in", 10)
    yield "v3 tf_flatten", V3(20, x.transpose(1, 2, 0).ravel(), x, "in", "out", 5, 4, 2)
    yield "v3 resize_nearest_neighbor", V3(22, resized(x[np.newaxis], 7, 3, False, False), x, "in", "out", 5, 4, 2,
                                           3, 7, 0)
    yield "v3 quantized_resize", V3(23, resized(q[np.newaxis], 7, 3, False, False), q, "in", "out", 5, 4, 2, 3, 7, 0)
    factors = np.array([[0.5, 1.0], [-2.0, 3.0]], np.float32)
    channels = q.reshape(2, 20) * factors[:, :1] + factors[:, 1:]
    yield "v3 channelwise_dequantize", V3(24, channels.astype(np.float32).ravel(), q, "in", "out", 2, 20,
                                          factors.tobytes())


def main():
    subprocess.run(["make", "-s", "QEMU=1", f"BUILD={BUILD}", f"OUT={BUILD}/out",
                    "DEFINES=-DSIMULATE_QEMU -DSIMULATE_EXIT_ALWAYS -DSHOWN=100000",
                    f"{BUILD}/out/kmodel/kmodel.k210.elf"], cwd=FIRMWARE, check=True, stdout=subprocess.DEVNULL)
    failures = 0
    groups = (float_convolutions, byte_convolutions, pools, binaries, shapes, functions, products, version_3)
    for group in groups:
        for name, model, *file in group():
            if len(sys.argv) > 1 and not name.startswith(sys.argv[1]):
                continue
            file = file[0] if file else model.model
            got, text = run(file, np.ascontiguousarray(model.operands[0]).tobytes())
            wanted = model.expected.ravel().astype(np.float64)
            # Six decimals are printed; a byte cut off from a float may be one less or more.
            slack = 1 if "bytes bilinear" in name else 2e-6
            right = got is not None and got.shape == wanted.shape and np.allclose(got, wanted, rtol=2e-6, atol=slack)
            print(f"{name}: {'same' if right else 'DIFFERENT'}")
            if not right:
                failures += 1
                print(text[:300], wanted[:8])
    sys.exit(failures != 0)


main()
