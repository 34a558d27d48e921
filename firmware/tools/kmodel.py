"""Writes a kmodel, version 3: the format of nncase 0.1, which the K210's SDK loads."""

import struct

import numpy as np

VERSION, EIGHT_BIT, K210 = 3, 1, 0
HEADER_WORDS, MAIN_MEMORY_OUT = 7, 1
ALIGNMENT = 128
DEQUANTIZE, SOFTMAX, FULLY_CONNECTED, FLATTEN, CONV = 12, 15, 18, 20, 10240


class KModel:
    def __init__(self):
        self.layers, self.tables, self.main = [], b"", 0

    def reserve(self, size):
        """A place in main memory."""
        place = self.main
        self.main += -(-size // 8) * 8
        return place

    def layer(self, type, body):
        self.layers.append((type, body))

    def table(self, data):
        """Its place among the tables, which follow the bodies."""
        place = len(self.tables)
        self.tables += data + bytes(-len(data) % ALIGNMENT)
        return place

    def conv(self, layer, main_out=None):
        weights = self.table(layer.weights.tobytes())
        norms = self.table(struct.pack(f"<{len(layer.norms)}Q", *layer.norm_words()))
        biases = bytes(bias for *_, bias in layer.segments)
        activation = self.table(struct.pack("<16Q", *layer.segment_words()) + biases)
        words = self.table(struct.pack("<12Q", *layer.words(0, 0, 0)))
        flags = 0 if main_out is None else MAIN_MEMORY_OUT
        # Offsets are relative to the tables until the file is put together.
        self.layer(CONV, (flags, main_out or 0, words, weights, norms, activation))

    def dequantize(self, source, destination, count, scale, bias):
        self.layer(DEQUANTIZE, struct.pack("<4I2f", 0, source, destination, count, scale, bias))

    def flatten(self, source, destination, width, height, channels):
        self.layer(FLATTEN, struct.pack("<6I", 0, source, destination, width, height, channels))

    def fully_connected(self, source, destination, weights, bias):
        outputs, inputs = weights.shape
        head = struct.pack("<6I", 0, source, destination, inputs, outputs, 0)
        self.layer(FULLY_CONNECTED, head + weights.astype("<f4").tobytes() + bias.astype("<f4").tobytes())

    def softmax(self, source, destination, count):
        self.layer(SOFTMAX, struct.pack("<4I", 0, source, destination, count))

    def bytes(self, outputs):
        """The file; `outputs` are places in main memory and sizes in bytes."""
        size = lambda body: len(body) if isinstance(body, bytes) else 4 * len(body)
        start = 4 * HEADER_WORDS + 8 * len(outputs) + sum(8 + size(body) for _, body in self.layers)
        tables = -(-start // ALIGNMENT) * ALIGNMENT
        file = struct.pack("<7I", VERSION, EIGHT_BIT, K210, len(self.layers), 0, self.main, len(outputs))
        file += b"".join(struct.pack("<2I", *output) for output in outputs)
        file += b"".join(struct.pack("<2I", type, size(body)) for type, body in self.layers)
        for _, body in self.layers:
            if not isinstance(body, bytes):
                flags, main_out, *places = body
                body = struct.pack("<6I", flags, main_out, *(tables + place for place in places))
            file += body
        return file + bytes(tables - len(file)) + self.tables
