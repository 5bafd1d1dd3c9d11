"""Writes tests/fixtures/activations.json: what torch and transformers make of some numbers, by the name gerbil has for
the function. scripts/env python3 tools/goldens/activations.py"""

import json
import pathlib

import torch
from transformers.activations import ACT2FN

N = torch.nn
POINTS = [-100.0, -7.5, -3.0, -1.25, -0.5, -0.001, 0.0, 0.25, 0.5, 0.75, 1.0, 3.0, 6.5, 12.0, 90.0]
FUNCTIONS = {
    "identity": [N.Identity(), ACT2FN["linear"]], "silu": [N.SiLU(), ACT2FN["silu"], ACT2FN["swish"]],
    "gelu": [N.GELU(), ACT2FN["gelu"], ACT2FN["gelu_python"]],
    "gelu_tanh": [ACT2FN[f"gelu_{way}"] for way in ("new", "fast", "accurate", "pytorch_tanh", "python_tanh")],
    "relu": [N.ReLU(), ACT2FN["relu"]], "tanh": [N.Tanh(), ACT2FN["tanh"]], "sigmoid": [N.Sigmoid(), ACT2FN["sigmoid"]],
    "quick_gelu": [ACT2FN["quick_gelu"]], "gelu_10": [ACT2FN["gelu_10"]], "relu2": [ACT2FN["relu2"]],
    "relu6": [N.ReLU6(), ACT2FN["relu6"]], "leaky_relu": [N.LeakyReLU(), ACT2FN["leaky_relu"]],
    "rrelu": [N.RReLU().eval()], "elu": [N.ELU(), N.CELU()], "selu": [N.SELU()], "mish": [N.Mish(), ACT2FN["mish"]],
    "softplus": [N.Softplus()], "sqrt_softplus": [ACT2FN["sqrtsoftplus"]], "log_sigmoid": [N.LogSigmoid()],
    "softsign": [N.Softsign()], "tanhshrink": [N.Tanhshrink()], "hardshrink": [N.Hardshrink()],
    "softshrink": [N.Softshrink()], "hardtanh": [N.Hardtanh()], "hardsigmoid": [N.Hardsigmoid()],
    "hardswish": [N.Hardswish(), ACT2FN["hardswish"]], "laplace": [ACT2FN["laplace"]],
}
x = torch.tensor(POINTS, dtype=torch.float64)
values = {}
for name, functions in FUNCTIONS.items():
    values[name] = functions[0](x).tolist()
    for function in functions[1:]:  # that they are spellings of one function
        torch.testing.assert_close(function(x), functions[0](x), rtol=1e-8, atol=1e-9)
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in values.items())
path = pathlib.Path(__file__).parents[2] / "tests/fixtures/activations.json"
path.write_text(f'{{"x": {json.dumps(POINTS)},\n"values": {{{lines}}}}}\n')
