"""A BERT encoder as an ONNX graph, written out operation by operation in the patterns that onnxruntime fuses. All texts
of a batch have the same length, so there is no mask.

    onnx_encoder.py FOLDER TOKENS FLOAT.onnx INT8.onnx    the model of FOLDER, and its dynamic quantisation to int8"""

import sys

import numpy
import onnx
import onnxruntime.quantization
import random_encoder
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self):
        self.nodes, self.initializers, self.counter = [], [], 0

    def constant(self, array, dtype=numpy.float32):
        self.counter += 1
        name = f"c{self.counter}"
        self.initializers.append(numpy_helper.from_array(numpy.ascontiguousarray(array, dtype), name))
        return name

    def __call__(self, operation, *inputs, **attributes):
        self.counter += 1
        name = f"v{self.counter}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name


def build(model, tokens):
    """An onnx.ModelProto: ids [batch, tokens] of int64 to hidden [batch, tokens, hidden_size]."""
    config, weights = model.config, {k: v.detach().numpy() for k, v in model.state_dict().items()}
    heads, size = config.num_attention_heads, config.hidden_size
    g = Graph()

    def linear(x, name):
        product = g("MatMul", x, g.constant(weights[f"{name}.weight"].T))
        return g("Add", product, g.constant(weights[f"{name}.bias"]))

    def norm(x, name):
        return g("LayerNormalization", x, g.constant(weights[f"{name}.weight"]), g.constant(weights[f"{name}.bias"]),
                 axis=-1, epsilon=config.layer_norm_eps)

    def split(x, order):
        shape = g.constant([0, 0, heads, size // heads], numpy.int64)
        return g("Transpose", g("Reshape", x, shape), perm=order)

    def attention(x, name):
        q = split(linear(x, f"{name}.self.query"), [0, 2, 1, 3])
        k = split(linear(x, f"{name}.self.key"), [0, 2, 3, 1])
        v = split(linear(x, f"{name}.self.value"), [0, 2, 1, 3])
        scores = g("Div", g("MatMul", q, k), g.constant((size // heads) ** 0.5))
        context = g("Transpose", g("MatMul", g("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        return linear(g("Reshape", context, g.constant([0, 0, size], numpy.int64)), f"{name}.output.dense")

    def gelu(x):
        error = g("Erf", g("Div", x, g.constant(2**0.5)))
        return g("Mul", g("Mul", x, g("Add", error, g.constant(1.0))), g.constant(0.5))

    positions = weights["embeddings.position_embeddings.weight"][:tokens]
    x = g("Gather", g.constant(weights["embeddings.word_embeddings.weight"]), "ids")
    x = g("Add", x, g.constant(positions + weights["embeddings.token_type_embeddings.weight"][0]))
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(config.num_hidden_layers):
        name = f"encoder.layer.{layer}"
        x = norm(g("Add", attention(x, f"{name}.attention"), x), f"{name}.attention.output.LayerNorm")
        inner = gelu(linear(x, f"{name}.intermediate.dense"))
        x = norm(g("Add", linear(inner, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", tokens])
    hidden = helper.make_tensor_value_info(x, TensorProto.FLOAT, ["batch", tokens, size])
    graph = helper.make_graph(g.nodes, "encoder", [ids], [hidden], g.initializers)
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    result.ir_version = 8
    onnx.checker.check_model(result)
    return result


def main():
    folder, tokens, floats, int8 = sys.argv[1:]
    onnx.save(build(random_encoder.load(folder), int(tokens)), floats)
    onnxruntime.quantization.quantize_dynamic(floats, int8, weight_type=onnxruntime.quantization.QuantType.QInt8)


if __name__ == "__main__":
    main()
