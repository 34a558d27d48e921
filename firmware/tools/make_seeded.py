"""make_seeded.py [NAME ...]: writes the networks of seeded.py into their folders."""

import pathlib
import sys

import numpy as np

from quantise import quantise
from seeded import NETWORKS
from tflite_to_c import convert

ROOT = pathlib.Path(__file__).parent.parent

for name in sys.argv[1:] or NETWORKS:
    graph = NETWORKS[name]()
    batch = graph.calibration(8)
    model, (scale, zero_point) = quantise(graph, batch)
    directory = ROOT / name
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.tflite").write_bytes(model)
    input = np.clip(np.round(batch[0] / scale) + zero_point, -128, 127)
    convert(model, name, "seeded", directory, input)
    print(name, len(model), "bytes")
