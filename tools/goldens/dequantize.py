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


def half(values):
    return values.astype(numpy.float16).astype(numpy.float32)


def codes_of(values, scale, bias, levels):
    with numpy.errstate(divide="ignore"):
        inverse = numpy.where(scale > 0, numpy.float32(1) / scale, numpy.float32(0))
    return numpy.rint(numpy.clip((values - bias) * inverse, 0, levels))


def regression(values, scale, bias, low, levels):
    """The line through `values` that fits the codes of a grid best: its scale, its bias, the sum of squared errors."""
    codes, values = codes_of(values, scale, bias, levels).astype(numpy.float64), (values - low).astype(numpy.float64)
    mean_code, mean = codes.mean(axis=2, keepdims=True), values.mean(axis=2, keepdims=True)
    spread = ((codes - mean_code) ** 2).sum(axis=2, keepdims=True)
    together = ((codes - mean_code) * (values - mean)).sum(axis=2, keepdims=True)
    scale = numpy.where(spread > 0, together / numpy.where(spread > 0, spread, 1), 0)
    bias = mean - scale * mean_code
    error = ((values - scale * codes - bias) ** 2).sum(axis=2, keepdims=True)
    return scale.astype(numpy.float32), bias.astype(numpy.float32) + low, error


def restored(values, scale, bias, levels):
    """What is left of the values, and the sum of squared errors, after scale and bias were rounded to half precision."""
    scale, bias = half(scale), half(bias)
    result = codes_of(values, scale, bias, levels) * scale + bias
    return result, ((values - result) ** 2).sum(axis=2, keepdims=True)


def on_the_fly_matrix(weight, bits, group):
    """What is left of a dense matrix that gerbil quantised as it loaded it: 8 bits over the range of each group; 4 bits
    on the grid that src/formats/affine_fit.hpp describes."""
    values = weight.reshape(weight.shape[0], -1, group)
    low, high = values.min(axis=2, keepdims=True), values.max(axis=2, keepdims=True)
    levels = numpy.float32(2**bits - 1)
    whole = (high / 2 - low / 2) * (2 / levels)
    result, error = restored(values, whole, low, levels)
    if bits == 4:
        best = whole, low, numpy.full(low.shape, numpy.inf)

        def better(candidate):
            smaller = candidate[2] < best[2]
            return tuple(numpy.where(smaller, new, old) for new, old in zip(candidate, best))

        drawn_in = [numpy.float32(share) for share in (0, 0.0517, 0.1193)]
        for below in drawn_in:
            for above in drawn_in:
                start = whole * (1 - below - above), low + whole * (below * levels)
                best = better(regression(values, *start, low, levels))
        for _ in range(2):
            best = better(regression(values, best[0], best[1], low, levels))
        fitted, fitted_error = restored(values, best[0], best[1], levels)
        result = numpy.where(fitted_error < error, fitted, result)
    return result.reshape(weight.shape)


QUERIES_AND_KEYS = ("query.weight", "key.weight", "q_proj.weight", "k_proj.weight")


def on_the_fly(tensors, bits, group, looks_both_ways=False):
    """Groups of 32 where group is 0. Embeddings of layers are left where they are. Tables of embeddings and heads are kept in 8 bits, and so is everything but queries
    and keys where attention looks both ways; rows that the group does not divide, and vectors, as they are."""
    group = group or 32

    def left(key, tensor):
        if tensor.ndim != 2 or tensor.shape[1] % group or "embed_tokens_per_layer" in key:
            return tensor
        fine = ("embed" in key or key.startswith("lm_head") or
                looks_both_ways and not key.endswith(QUERIES_AND_KEYS))
        return torch.from_numpy(on_the_fly_matrix(floats(tensor), 8 if fine else bits, group))

    return {key: left(key, tensor) for key, tensor in tensors.items()}


def checkpoint(kind, tensors, config):
    return {"mlx": mlx_checkpoint, "gptq": gptq_checkpoint}[kind](tensors, config)
