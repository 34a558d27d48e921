"""compare_judges.py MODEL.tflite ...: where TFLite Micro and LiteRT's reference kernels differ, layer by layer."""

import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import judge

for path in sys.argv[1:]:
    model = pathlib.Path(path).read_bytes()
    interpreter = Interpreter(
        model_content=model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]
    input = np.random.default_rng(1).integers(-128, 128, entry["shape"]).astype(np.int8)
    interpreter.set_tensor(entry["index"], input)
    interpreter.invoke()
    micro = judge.run(model, input)
    differing = []
    operators = interpreter._get_ops_details()
    for operator in operators:
        number = operator["outputs"][0]
        gap = np.abs(interpreter.get_tensor(number).astype(int).ravel() - micro(number).astype(int).ravel()).max()
        if gap:
            differing.append(f"{operator['op_name']} by {gap}")
    print(f"{pathlib.Path(path).name}: {len(operators)} layers, differing: {', '.join(differing) or 'none'}")
