"""What the TFLite Micro interpreter, with its reference kernels, computes for every tensor of a model."""

import numpy as np
from tflite_micro import runtime


def run(model, input):
    """A function from a tensor's number to its value."""
    interpreter = runtime.Interpreter.from_bytes(
        model, intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors, arena_size=4 << 20
    )
    interpreter.set_input(input, 0)
    interpreter.invoke()
    return lambda number: np.array(interpreter.GetTensor(number, 0)["tensor_data"])


def outputs(model, inputs):
    """The model's output for each input."""
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=4 << 20)
    results = []
    for input in inputs:
        interpreter.set_input(input, 0)
        interpreter.invoke()
        results.append(np.array(interpreter.get_output(0)))
    return results
