#!/usr/bin/env python3
"""The arithmetic of the K210's accelerator in plain integers, one pixel at a time, and the golden layers made with it.

Written from the formulas alone: every sum is a Python integer of any size, every pixel of every map is looked up by
its address in the AI memory. Slow, and in no way like the simulator's own code.

    kpu_reference.py OUTPUT.json     writes the layers, the digests of their outputs, and the small outputs whole

Command and tables of a layer stand in the file. Its input (all lines, so that what lies between the pixels is there
too) and its weights are drawn, in this order, from a generator that the tests have too: see `Draw.bytes`.
"""

import json
import sys

LINE = 64
MASK64 = (1 << 64) - 1


class Draw:
    """xorshift64* (Vigna): 12, 25, 27, times 2685821657736338717; the upper 32 bits of the product are drawn."""

    def __init__(self, seed):
        self.state = seed

    def word(self):
        x = self.state
        x ^= x >> 12
        x = (x ^ (x << 25)) & MASK64
        x ^= x >> 27
        self.state = x
        return ((x * 2685821657736338717) & MASK64) >> 32

    def bytes(self, count):
        """Four at a time, the low byte first."""
        out = bytearray()
        while len(out) < count:
            out += self.word().to_bytes(4, "little")
        return bytes(out[:count])

    def below(self, limit):
        return self.word() % limit


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def fields(words):
    """The fields that the arithmetic needs, by their names in kpu.h; counts are one more than their field."""

    def get(word, high, low):
        return words[word] >> low & ((1 << (high - low + 1)) - 1)

    f = {
        "full_add": get(0, 2, 2), "depth_wise_layer": get(0, 3, 3),
        "image_src_addr": get(1, 14, 0), "image_dst_addr": get(1, 46, 32),
        "i_ch_num": get(2, 9, 0) + 1, "o_ch_num": get(2, 41, 32) + 1,
        "i_row_wid": get(3, 9, 0) + 1, "i_col_high": get(3, 18, 10) + 1,
        "o_row_wid": get(3, 41, 32) + 1, "o_col_high": get(3, 50, 42) + 1,
        "kernel_type": get(4, 2, 0), "pool_type": get(4, 7, 4), "first_stride": get(4, 8, 8),
        "bypass_conv": get(4, 9, 9), "pad_value": get(4, 31, 24),
        "channel_switch_addr": get(7, 14, 0), "row_switch_addr": get(7, 19, 16), "coef_group": get(7, 30, 28),
        "wb_channel_switch_addr": get(8, 14, 0), "wb_row_switch_addr": get(8, 19, 16), "wb_group": get(8, 22, 20),
        "shr_w": get(9, 3, 0), "shr_x": get(9, 7, 4),
        "arg_w": signed(get(9, 31, 8), 24), "arg_x": signed(get(9, 55, 32), 24),
        "arg_add": signed(get(10, 39, 0), 40),
    }
    return f


def address(start, group, row_switch, channel_switch, channel, y, x):
    return (
        start * LINE + channel // group * channel_switch * LINE + channel % group * (LINE // group)
        + y * row_switch * LINE + x
    )


def half_to_even(product, shift):
    """Floor, then a step where the fraction asks for one; below zero the vendor's simulator steps down."""
    if shift == 0:
        return product
    floor, fraction = divmod(product, 1 << shift)
    if 2 * fraction > 1 << shift or (2 * fraction == 1 << shift and floor % 2 == 1):
        return floor + (1 if product >= 0 else -1)
    return floor


def half_up(product, shift):
    """All dropped bits but the last are dropped; the last, if set, makes a step, below zero a step down."""
    if shift == 0:
        return product
    kept = product // (1 << (shift - 1))
    if kept % 2 == 1:
        return kept // 2 + (-1 if kept < 0 else 1)
    return kept // 2


ROUNDING = {"halfToEven": half_to_even, "halfUp": half_up}


def activate(value, table, rounding):
    chosen = table[0]
    for segment in table:
        if value > segment["x_start"]:
            chosen = segment
    y = ROUNDING[rounding]((value - chosen["x_start"]) * chosen["y_mul"], chosen["shift"]) + chosen["bias"]
    return min(255, max(0, y))


def unpack_activation(table):
    words = [int.from_bytes(table[8 * i : 8 * i + 8], "little") for i in range(16)]
    return [
        {
            "shift": w & 0xFF, "y_mul": signed(w >> 8 & 0xFFFF, 16), "x_start": signed(w >> 24 & (1 << 36) - 1, 36),
            "bias": table[128 + i],
        }
        for i, w in enumerate(words)
    ]


def unpack_norm(table):
    out = []
    for i in range(0, len(table), 8):
        w = int.from_bytes(table[i : i + 8], "little")
        out.append((signed(w & 0xFFFFFF, 24), signed(w >> 24 & 0xFFFFFFFF, 32), w >> 56 & 0xF))
    return out


def pool(kind, image):
    """An image is a list of rows."""
    h, w = len(image), len(image[0])
    inside = lambda y, x: 0 <= y < h and 0 <= x < w
    stride = {0: 1, 1: 2, 2: 2, 3: 4, 4: 4, 5: 2, 6: 2, 7: 4, 8: 1, 9: 1}[kind]
    side = {0: 1, 1: 2, 2: 2, 3: 4, 4: 4, 8: 2, 9: 2}.get(kind, 1)
    out = []
    for oy in range(h // stride):
        row = []
        for ox in range(w // stride):
            y0, x0 = oy * stride, ox * stride
            window = [(y0 + dy, x0 + dx) for dy in range(side) for dx in range(side)]
            if kind in (0, 5, 7):
                value = image[y0][x0]
            elif kind == 6:
                value = image[y0][x0 + 1]
            elif kind in (1, 3, 9):
                value = max(image[y][x] for y, x in window if inside(y, x))
            else:
                value = sum(image[min(y, h - 1)][min(x, w - 1)] for y, x in window) // (side * side)
            row.append(value)
        out.append(row)
    return out


def accumulate(words, memory, weights, eight_bit):
    """The sums of a layer before batch normalisation: for each output channel a list of rows."""
    f = fields(words)
    w, h, cin, cout = f["i_row_wid"], f["i_col_high"], f["i_ch_num"], f["o_ch_num"]
    where = lambda c, y, x: address(
        f["image_src_addr"], f["coef_group"], f["row_switch_addr"], f["channel_switch_addr"], c, y, x)
    side = 3 if f["kernel_type"] == 1 and not f["bypass_conv"] else 1
    reach = side // 2
    size = 1 if eight_bit else 2
    step = 2 if f["first_stride"] else 1

    # Each channel with its border, so that a window is a plain slice.
    padded = []
    for c in range(cin):
        plane = [[f["pad_value"]] * (w + 2 * reach) for _ in range(h + 2 * reach)]
        for y in range(h):
            first = where(c, y, 0)
            plane[y + reach][reach : reach + w] = memory[first : first + w]
        padded.append(plane)

    images = []
    for o in range(cout):
        mine = [o] if f["depth_wise_layer"] or f["bypass_conv"] else list(range(cin))
        count = len(mine) * side * side
        at = o * count * size
        kernel = [int.from_bytes(weights[at + i * size : at + (i + 1) * size], "little") for i in range(count)]
        total_w = sum(kernel)
        image = []
        for y in range(0, h, step):
            row = []
            for x in range(0, w, step):
                if f["bypass_conv"]:
                    row.append(padded[o][y][x])
                    continue
                seen = []
                for c in mine:
                    for ky in range(side):
                        seen += padded[c][y + ky][x : x + side]
                a = sum(p * q for p, q in zip(seen, kernel))
                row.append(
                    a + (f["arg_x"] * sum(seen) >> f["shr_x"]) + (f["arg_w"] * total_w >> f["shr_w"])
                    + f["arg_add"] * len(mine)
                )
            image.append(row)
        images.append(image)
    return images


def normalise(images, norm_table):
    norm = unpack_norm(norm_table)
    return [
        [[(acc * norm[o][0] >> norm[o][2]) + norm[o][1] for acc in row] for row in image]
        for o, image in enumerate(images)
    ]


def write(words, memory, images, activation_table, rounding):
    """Activation, pooling and write-back of normalised sums; returns the words that `full_add` sends."""
    f = fields(words)
    activation = unpack_activation(activation_table)
    sums = []
    for o, image in enumerate(images):
        pooled = pool(f["pool_type"], [[activate(value, activation, rounding) for value in row] for row in image])
        assert len(pooled) == f["o_col_high"] and len(pooled[0]) == f["o_row_wid"]
        for y, row in enumerate(pooled):
            first = address(
                f["image_dst_addr"], f["wb_group"], f["wb_row_switch_addr"], f["wb_channel_switch_addr"], o, y, 0)
            memory[first : first + len(row)] = bytes(row)
        sums.append(sum(map(sum, pooled)))
    return sums if f["full_add"] else []


# ---------------------------------------------------------------------------------------------------------------------
# The layers


def layout(width, height):
    group = 4 if width <= 16 else 2 if width <= 32 else 1
    row = (width + LINE - 1) // LINE
    return group, row, row * height


def bounded(draw, bits, limit, factor):
    """A number with sign whose product with `factor` stays within the limit."""
    most = min((1 << bits - 1) - 1, limit // factor)
    return (draw.word() << 8 | draw.below(256)) % (2 * most + 1) - most


def command(draw, shape):
    """Twelve words from a shape and draws for the rest; channel_byte_num and the like as a compiler sets them."""
    s = {
        "kernel": 1, "depthwise": 0, "pool": 0, "first_stride": 0, "bypass": 0, "full_add": 0, "loads": 1,
        "arg_x": 1, "arg_w": 1, **shape,
    }
    g, row, group = layout(s["w"], s["h"])
    stride = {0: 1, 1: 2, 2: 2, 3: 4, 4: 4, 5: 2, 6: 2, 7: 4, 8: 1, 9: 1}[s["pool"]]
    cw, ch = (s["w"] + 1) // 2 if s["first_stride"] else s["w"], (s["h"] + 1) // 2 if s["first_stride"] else s["h"]
    ow, oh = cw // stride, ch // stride
    og, orow, ogroup = layout(ow, oh)
    in_lines = (s["ci"] + g - 1) // g * group
    out_lines = (s["co"] + og - 1) // og * ogroup
    gap = 32768 - in_lines - out_lines
    source = draw.below(gap + 1)
    target = source + in_lines + draw.below(gap - source + 1)
    pad = draw.below(256)
    taps = s["kernel"] ** 2 * (1 if s["depthwise"] else s["ci"])
    channels = 1 if s["depthwise"] else s["ci"]
    size = 1 if s["eight"] else 2
    shr_w, shr_x = draw.below(16), draw.below(16)
    # Sums stay within 35 bits, as the chip's own do.
    arg_w = bounded(draw, 24, 1 << 33 + shr_w, taps * (255 if s["eight"] else 65535)) * s["arg_w"] & 0xFFFFFF
    arg_x = bounded(draw, 24, 1 << 33 + shr_x, taps * 255) * s["arg_x"] & 0xFFFFFF
    arg_add = bounded(draw, 40, 1 << 33, channels) & (1 << 40) - 1
    per_load = (s["co"] + s["loads"] - 1) // s["loads"]
    return [
        s["full_add"] << 2 | s["depthwise"] << 3,
        source | target << 32,
        s["ci"] - 1 | (s["co"] - 1) << 32 | (per_load - 1) << 48,
        s["w"] - 1 | (s["h"] - 1) << 10 | (ow - 1) << 32 | (oh - 1) << 42,
        (1 if s["kernel"] == 3 else 0) | s["pool"] << 4 | s["first_stride"] << 8 | s["bypass"] << 9 | 1 << 10
        | 15 << 16 | pad << 24,
        1 | (s["loads"] - 1) << 1 | per_load * taps * size << 15,
        0,
        group | row << 16 | g << 28 | 1 << 31,
        ogroup | orow << 16 | og << 20,
        shr_w | shr_x << 4 | arg_w << 8 | arg_x << 32,
        arg_add,
        (ow * oh - 1 & 0xFFFF) << 16 | (ow * oh * s["co"] - 1) << 32,
    ], taps * s["co"] * size


def norm_for(draw, images):
    """Batch normalisation that spreads each channel's sums over a range of its own, rising or falling."""
    table = b""
    for image in images:
        low, high = min(map(min, image)), max(map(max, image))
        shift = draw.below(16)
        spread = 1 << 10 + draw.below(18)
        most = (1 << 31 + shift) // max(1, abs(low), abs(high))
        mul = max(1, min((1 << 23) - 1, most, (spread << shift) // max(1, high - low)))
        if draw.below(4) == 0:
            mul = -mul
        middle = (low + high) // 2 * mul >> shift
        add = max(-(1 << 31), min((1 << 31) - 1, draw.below(spread) - spread // 2 - middle))
        table += ((mul & 0xFFFFFF) | (add & 0xFFFFFFFF) << 24 | shift << 56).to_bytes(8, "little")
    return table


def activation_for(draw, values, falling):
    """Sixteen pieces whose starts are values that occur, or their neighbours; each rises or falls by some hundred."""
    seen = sorted({value for image in values for row in image for value in row})
    assert -(1 << 35) <= seen[0] and seen[-1] < 1 << 35
    starts = [-(1 << 35)] + sorted(seen[draw.below(len(seen))] + draw.below(3) - 1 for _ in range(15))
    words, biases = [], []
    for i in range(16):
        end = starts[i + 1] if i < 15 else seen[-1]
        width = max(1, end - max(starts[i], seen[0] - 1))
        shift = draw.below(44)
        slope = (20 + draw.below(200) << shift) // width
        while slope > 32767:
            slope, shift = slope // 2, max(0, shift - 1)
        if falling and draw.below(2):
            slope = -slope
        words.append(shift | (slope & 0xFFFF) << 8 | (starts[i] & (1 << 36) - 1) << 24)
        biases.append(draw.below(256) if slope < 0 else draw.below(80))
    return b"".join(word.to_bytes(8, "little") for word in words) + bytes(biases)


def shapes():
    """Every kind of layer, every pooling code, every width class, the limits of channels and sizes."""
    out = []

    def add(name, **shape):
        out.append({"name": name, "eight": 1, "falling": 0, "rounding": "halfToEven", **shape})

    for pool_type in range(10):
        for i, (w, h) in enumerate([(8, 8), (17, 12), (40, 9), (70, 5)]):
            add(f"pool {pool_type} {w}x{h}", kernel=3, ci=3, co=5, w=w, h=h, pool=pool_type,
                eight=(pool_type + i) % 2, rounding=["halfToEven", "halfUp"][i % 2], falling=i // 2)
    for w in (4, 5, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 512):
        h = 4 + w % 3
        add(f"1x1 width {w}", ci=6, co=3, w=w, h=h, eight=w % 2)
        add(f"3x3 width {w}", kernel=3, ci=2, co=2, w=w, h=h, eight=1 - w % 2, rounding="halfUp")
        add(f"depthwise width {w}", kernel=3, depthwise=1, ci=3, co=3, w=w, h=h, eight=w % 2, falling=1)
        add(f"depthwise 1x1 width {w}", depthwise=1, ci=2, co=2, w=w, h=h, eight=1 - w % 2, rounding="halfUp")
    for h in (4, 7, 100, 255, 256):
        add(f"height {h}", kernel=3, ci=1, co=1, w=6, h=h)
        add(f"1x1 height {h}", ci=2, co=2, w=5, h=h, eight=0, pool=1, rounding="halfUp")
    for eight in (0, 1):
        add(f"1024 to 1, {eight}", ci=1024, co=1, w=4, h=4, eight=eight)
        add(f"3x3 1024 to 2, {eight}", kernel=3, ci=1024, co=2, w=4, h=4, eight=eight)
        add(f"1 to 1024, {eight}", ci=1, co=1024, w=4, h=4, eight=eight, loads=64, rounding="halfUp")
        add(f"3x3 1 to 1024, {eight}", kernel=3, ci=1, co=1024, w=4, h=4, pool=4, eight=eight, loads=3)
        add(f"depthwise 1024, {eight}", kernel=3, depthwise=1, ci=1024, co=1024, w=4, h=4, pool=2, eight=eight)
    add("1x1 257 to 63, five loads", ci=257, co=63, w=6, h=4, loads=5, eight=0)
    for i in range(8):
        add(f"falling pieces {i}", kernel=[1, 3][i % 2], ci=5, co=9, w=12, h=9, eight=i // 2 % 2, falling=1,
            rounding=["halfToEven", "halfUp"][i // 4])
    for i in range(4):
        add(f"no zero points {i}", kernel=3, depthwise=i // 2, ci=4, co=4, w=20, h=6, eight=i % 2, arg_x=0,
            arg_w=i % 2)
        add(f"first_stride {i}", kernel=[1, 3][i % 2], depthwise=i // 2, ci=3, co=3, w=9 + i, h=[7, 300, 8, 11][i],
            first_stride=1, eight=i % 2)
        add(f"bypass_conv {i}", bypass=1, ci=5, co=5, w=10 + 8 * i, h=6, pool=i, kernel=[1, 3][i % 2])
        add(f"full_add {i}", full_add=1, kernel=3, ci=3, co=7, w=10 + 8 * i, h=6, pool=i)
    draw = Draw(20260101)
    for i in range(60):
        depthwise = draw.below(3) == 0
        w = [4 + draw.below(13), 17 + draw.below(16), 33 + draw.below(32), 65 + draw.below(120)][draw.below(4)]
        h = 4 + draw.below(14)
        ci = 1 + draw.below(9)
        add(f"random {i}", kernel=[1, 3][draw.below(2)], depthwise=int(depthwise), ci=ci,
            co=ci if depthwise else 1 + draw.below(9), w=w, h=h, pool=draw.below(10), eight=draw.below(2),
            falling=draw.below(2), rounding=["halfToEven", "halfUp"][draw.below(2)], loads=1)
    return out


def main():
    golden = []
    for index, shape in enumerate(shapes()):
        seed = 0x9E3779B97F4A7C15 * (index + 1) & MASK64
        draw = Draw(seed)
        words, weight_bytes = command(draw, shape)
        f = fields(words)
        memory = bytearray(2 << 20)
        count = (f["i_ch_num"] + f["coef_group"] - 1) // f["coef_group"] * f["channel_switch_addr"] * LINE
        first = f["image_src_addr"] * LINE
        # The tests draw input and weights themselves; command and tables stand in the file.
        data_seed = seed ^ 0x5851F42D4C957F2D
        data = Draw(data_seed)
        memory[first : first + count] = data.bytes(count)
        weights = data.bytes(weight_bytes)
        images = accumulate(words, bytes(memory), weights, shape["eight"])
        norm = norm_for(draw, images)
        values = normalise(images, norm)
        activation = activation_for(draw, values, shape["falling"])
        sums = write(words, memory, values, activation, shape["rounding"])
        dense = bytearray()
        for c in range(f["o_ch_num"]):
            for y in range(f["o_col_high"]):
                at = address(
                    f["image_dst_addr"], f["wb_group"], f["wb_row_switch_addr"], f["wb_channel_switch_addr"], c, y, 0)
                dense += memory[at : at + f["o_row_wid"]]
        entry = {
            "name": shape["name"], "eightBit": bool(shape["eight"]), "rounding": shape["rounding"],
            "words": [f"{w:016x}" for w in words], "dataSeed": f"{data_seed:016x}",
            "inputBytes": count, "weightBytes": weight_bytes,
            "batchNorm": norm.hex(), "activation": activation.hex(),
            # FNV-1a, 64 bits, of the dense output and of the AI memory from the first to the last line of the output.
            "output": f"{fnv(dense):016x}",
            "lines": f"{fnv(written(f, memory)):016x}",
        }
        if sums:
            entry["channelSums"] = sums
        if len(dense) <= 300:
            entry["bytes"] = bytes(dense).hex()
        golden.append(entry)
        print(index, shape["name"], len(dense), len(set(dense)), file=sys.stderr)
    with open(sys.argv[1], "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(entry) for entry in golden) + "\n]\n")


def fnv(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = (digest ^ byte) * 0x100000001B3 & MASK64
    return digest


def written(f, memory):
    groups = (f["o_ch_num"] + f["wb_group"] - 1) // f["wb_group"]
    lines = (groups - 1) * f["wb_channel_switch_addr"] + f["o_col_high"] * f["wb_row_switch_addr"]
    return memory[f["image_dst_addr"] * LINE : (f["image_dst_addr"] + lines) * LINE]


if __name__ == "__main__":
    main()
