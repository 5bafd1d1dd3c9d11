"""Quantised checkpoints, and those that gerbil quantises itself, back to dense ones, written from the formats' definitions and with numpy only, so that the
goldens do not rest on the code of the tools that quantised, nor on gerbil's."""

import numpy
import torch


def unpack(words, bits):
    """Codes of `bits` bits from little-endian bit streams: [rows, words] of uint32 -> [rows, words * 32 / bits].

    MLX packs each row as one stream, in which codes of 3 and 6 bits cross words; GPTQ's 2, 4 and 8 bits are the same
    stream without crossings.
    """
    octets = numpy.ascontiguousarray(words, "<u4").view(numpy.uint8).reshape(words.shape[0], -1)
    stream = numpy.unpackbits(octets, axis=1, bitorder="little").reshape(words.shape[0], -1, bits)
    return (stream.astype(numpy.uint32) << numpy.arange(bits, dtype=numpy.uint32)).sum(axis=2)


def mlx_matrix(weight, scales, biases, bits, group):
    """w = scale * code + bias for each group of consecutive inputs."""
    codes = unpack(weight, bits).astype(numpy.float32).reshape(weight.shape[0], -1, group)
    return (codes * scales[:, :, None] + biases[:, :, None]).reshape(weight.shape[0], -1)


def words(tensor):
    return tensor.view(torch.int32).numpy().view(numpy.uint32)


def floats(tensor):
    return tensor.float().numpy()


def mlx_checkpoint(tensors, config):
    quantization = config.get("quantization", config.get("quantization_config"))
    result = {}
    for key, tensor in tensors.items():
        module, _, kind = key.rpartition(".")
        if f"{module}.scales" not in tensors or kind == "bias":
            result[key] = tensor
        elif kind == "weight":
            settings = quantization.get(module, quantization)
            dense = mlx_matrix(words(tensor), floats(tensors[f"{module}.scales"]), floats(tensors[f"{module}.biases"]),
                               settings["bits"], settings["group_size"])
            result[key] = torch.from_numpy(dense)
    return result


def gptq_matrix(qweight, qzeros, scales, g_idx, bits, first_format):
    """[outputs, inputs]: w[o, i] = scales[g, o] * (code[i, o] - zero[g, o]) with g = g_idx[i].

    qweight packs 32 / bits inputs of one output into a word, qzeros as many outputs of one group. The first format
    (`checkpoint_format: gptq`) stores zero - 1 in each field, a subtraction made on whole words.
    """
    codes = unpack(qweight.T, bits).T.astype(numpy.float32)
    if first_format:
        one_in_each_field = sum(1 << (bits * field) for field in range(32 // bits))
        qzeros = qzeros + numpy.uint32(one_in_each_field)
    zeros = unpack(qzeros, bits).astype(numpy.float32)
    return (scales[g_idx] * (codes - zeros[g_idx])).T.copy()


def gptq_checkpoint(tensors, config):
    quantization = config["quantization_config"]
    first_format = quantization["checkpoint_format"] == "gptq"
    result = {}
    for key, tensor in tensors.items():
        module, _, kind = key.rpartition(".")
        if f"{module}.qweight" not in tensors or kind == "bias":
            result[key] = tensor
        elif kind == "qweight":
            g_idx = tensors[f"{module}.g_idx"].numpy()
            # A module's own number of bits, which `dynamic` may override, follows from the rows of its packed weight.
            bits = 32 * tensor.shape[0] // g_idx.shape[0]
            dense = gptq_matrix(words(tensor), words(tensors[f"{module}.qzeros"]),
                                floats(tensors[f"{module}.scales"]), g_idx, bits, first_format)
            result[f"{module}.weight"] = torch.from_numpy(dense)
    return result


def on_the_fly_matrix(weight, bits, group):
    """What is left of a dense matrix that gerbil quantised as it loaded it: over the range of each group, with scale
    and bias rounded to half precision before the codes are chosen."""
    group = group or next(size for size in (128, 64, 32) if weight.shape[1] % size == 0)
    values = weight.reshape(weight.shape[0], -1, group)
    low, high = values.min(axis=2, keepdims=True), values.max(axis=2, keepdims=True)
    levels = numpy.float32(2**bits - 1)
    bias = low.astype(numpy.float16).astype(numpy.float32)
    scale = ((high - low) / levels).astype(numpy.float16).astype(numpy.float32)
    codes = numpy.clip(numpy.floor((values - bias) * (1 / scale) + numpy.float32(0.5)), 0, levels)
    return (codes * scale + bias).reshape(weight.shape)


def on_the_fly(tensors, bits, group):
    return {key: torch.from_numpy(on_the_fly_matrix(floats(tensor), bits, group)) if tensor.ndim == 2 else tensor
            for key, tensor in tensors.items()}


def checkpoint(kind, tensors, config):
    return {"mlx": mlx_checkpoint, "gptq": gptq_checkpoint}[kind](tensors, config)
