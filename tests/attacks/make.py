"""Writes the attack corpus beside this file: safetensors files, checkpoint directories and configurations that lie about
themselves, and files beside tokenizer.json that do.

Every one must end in a gerbil::Error whose sentence contains the text given here; expected.json records it. Files that a
checkpoint attack does not mention (config.json, model.safetensors) are the plain ones below. Where the text is empty, the
tokenizer must load all the same.
"""

import json
import shutil
import struct
from pathlib import Path

here = Path(__file__).parent
expected = {}


def container(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(begin, end, shape, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def attack(name, reason, content):
    (here / "safetensors").mkdir(exist_ok=True)
    (here / "safetensors" / f"{name}.safetensors").write_bytes(content)
    expected[f"safetensors/{name}.safetensors"] = reason


def checkpoint(name, reason, files):
    folder = here / "checkpoints" / name
    folder.mkdir(parents=True)
    for file, content in ({"config.json": {}, "model.safetensors": plain} | files).items():
        if content is None:
            continue
        if not isinstance(content, (bytes, str)):
            content = json.dumps(content)
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    expected[f"checkpoints/{name}"] = reason


for folder in ("safetensors", "checkpoints", "configs", "tokenizers"):
    shutil.rmtree(here / folder, ignore_errors=True)

two = bytes(8)
one = {"a": tensor(0, 4, [1])}
plain = container(one, bytes(4))

# The container.
attack("empty", "too few for the 8-byte header length", b"")
attack("short_length", "too few for the 8-byte header length", b"\x08\0\0")
attack("length_only", "claims 2 bytes, but the file has only 0", struct.pack("<Q", 2))
attack("length_max", "at most 100000000", container(one, bytes(4), 2**64 - 1))
attack("length_wraps_to_zero", "at most 100000000", container(one, bytes(4), 2**64 - 8))
attack("length_over_limit", "at most 100000000", container(one, bytes(4), 100_000_001))
attack("length_over_file", "but the file has only", container(one, bytes(4), 99_999_999))
attack("length_zero", "does not begin with '{'", container(b""))
attack("length_short_by_one", "is not valid JSON", container(one, bytes(4), len(json.dumps(one)) - 1))
attack("length_long_by_one", "is not valid JSON", container(one, bytes(4), len(json.dumps(one)) + 1))
attack("leading_space", "does not begin with '{'", container(b" " + json.dumps(one).encode(), bytes(4)))
attack("array_header", "does not begin with '{'", container(b"[]"))
attack("invalid_utf8", "is not valid JSON", container(b'{"\xff\xfe":{}}'))
attack("lone_surrogate", "is not valid JSON", container(b'{"\\ud800":{}}'))
attack("nul_in_header", "is not valid JSON", container(b"{\0}"))
attack("deep_nesting", "nests deeper", container(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"))
attack("deep_objects", "nests deeper", container(b'{"a":' * 5000 + b"1" + b"}" * 5000))
attack("two_documents", "is not valid JSON", container(b"{}{}"))
attack(
    "duplicate_tensor", "occurs twice",
    container(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', two),
)
attack("duplicate_escaped", "occurs twice", container(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{}}', two))
attack(
    "duplicate_field", "occurs twice",
    container(b'{"a":{"dtype":"F32","dtype":"U8","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
)
attack("metadata_not_object", "__metadata__ is not an object", container({"__metadata__": [1]}))
attack("metadata_number", "which is not a string", container({"__metadata__": {"a": 1}}))

# One tensor.
attack("name_controls_terminal", "holds control characters", container({"\x1b[2Ja": tensor(0, 4, [1])}, bytes(4)))
attack("name_with_nul", "holds control characters", container({"a\0b": tensor(0, 4, [1])}, bytes(4)))
attack("name_long", "longer than 500 bytes", container({"a" * 501: tensor(0, 4, [1])}, bytes(4)))
attack("entry_not_object", "is not an object", container({"a": 1}))
attack("no_dtype", "has no dtype", container({"a": {"shape": [1], "data_offsets": [0, 4]}}, bytes(4)))
attack("no_shape", "has no shape", container({"a": {"dtype": "F32", "data_offsets": [0, 4]}}, bytes(4)))
attack("no_offsets", "no data_offsets", container({"a": {"dtype": "F32", "shape": [1]}}, bytes(4)))
attack("one_offset", "no data_offsets", container({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}, bytes(4)))
attack("three_offsets", "no data_offsets", container({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}}, two))
attack("unknown_dtype", "'F128'", container({"a": tensor(0, 16, [1], "F128")}, bytes(16)))
attack("dtype_number", "has no dtype", container({"a": tensor(0, 4, [1], 32)}, bytes(4)))
attack("dtype_huge", "which gerbil does not know", container({"a": tensor(0, 4, [1], "F" * 10000)}, bytes(4)))
attack("negative_extent", "holds -1", container({"a": tensor(0, 4, [-1])}, bytes(4)))
attack("two_negative_extents", "holds -1", container({"a": tensor(0, 4, [-1, -1])}, bytes(4)))
attack("fractional_extent", "holds 1.0", container({"a": tensor(0, 4, [1.0])}, bytes(4)))
attack("string_extent", 'holds "1"', container({"a": tensor(0, 4, ["1"])}, bytes(4)))
attack("huge_extent", "holds 9223372036854775808", container({"a": tensor(0, 4, [2**63])}, bytes(4)))
attack("beyond_u64_extent", "holds ", container({"a": tensor(0, 4, [2**70])}, bytes(4)))
attack("product_overflows_to_zero", "overflows 64 bits", container({"a": tensor(0, 0, [2**32, 2**32])}))
attack("product_overflows_to_size", "overflows 64 bits", container({"a": tensor(0, 4, [2**31, 2**31, 4, 1])}, bytes(4)))
attack("bytes_overflow", "overflows 64 bits", container({"a": tensor(0, 0, [2**31, 2**31], "F64")}))
attack("many_dimensions", "has 1000 dimensions", container({"a": tensor(0, 4, [1] * 1000)}, bytes(4)))
attack("shape_too_small", "takes 4 bytes", container({"a": tensor(0, 8, [1])}, two))
attack("shape_too_large", "takes 12 bytes", container({"a": tensor(0, 8, [3])}, two))
attack("negative_offset", "not a whole number", container({"a": tensor(-4, 0, [1])}, bytes(4)))
attack("fractional_offset", "not a whole number", container({"a": tensor(0, 4.5, [1])}, bytes(4)))
attack("beyond_u64_offset", "not a whole number", container({"a": tensor(0, 2**70, [1])}, bytes(4)))
attack("reversed_offsets", "data_offsets are [4, 0]", container({"a": tensor(4, 0, [1])}, bytes(4)))
attack("offset_near_max", "there is a hole", container({"a": tensor(2**64 - 5, 2**64 - 1, [1])}, bytes(4)))

# Several tensors.
attack("overlap", "they overlap", container({"a": tensor(0, 8, [2]), "b": tensor(4, 12, [2])}, bytes(12)))
attack("same_bytes", "they overlap", container({"a": tensor(0, 4, [1]), "b": tensor(0, 4, [1])}, bytes(4)))
attack("hole", "there is a hole", container({"a": tensor(0, 4, [1]), "b": tensor(8, 12, [1])}, bytes(12)))
attack("hole_at_start", "there is a hole", container({"a": tensor(4, 8, [1])}, two))
attack("empty_tensor_inside", "they overlap", container({"a": tensor(0, 8, [2]), "b": tensor(4, 4, [0])}, two))
attack("truncated", "it may be truncated", container({"a": tensor(0, 8, [2])}, bytes(7)))
attack("no_data", "it may be truncated", container(one))
attack("trailing_data", "1 bytes follow the last tensor", container(one, bytes(5)))
attack("trailing_without_tensors", "4 bytes follow the last tensor", container({}, bytes(4)))

# The index of shards.
index = "model.safetensors.index.json"


def shards(name, reason, content, files=None):
    checkpoint(name, reason, {"model.safetensors": None, index: content} | (files or {}))


for name, path in (
    ("parent", "../../safetensors/overlap.safetensors"), ("absolute", "/etc/passwd"), ("nested", "x/../../a.safetensors"),
    ("backslash", "..\\a.safetensors"), ("drive", "C:a.safetensors"), ("nul", "a\0.safetensors"), ("dots", ".."),
    ("empty_name", ""), ("other_file", "config.json"), ("hidden", ".safetensors"),
):
    shards(f"index_{name}", "must be the plain name", {"weight_map": {"a": path}})
shards("index_missing_shard", "there is no such file", {"weight_map": {"a": "gone.safetensors"}})
shards(
    "index_tensor_in_two_shards", "is stored twice", {"weight_map": {"a": "s.safetensors", "b": "t.safetensors"}},
    {"s.safetensors": plain, "t.safetensors": container({"a": tensor(0, 4, [1]), "b": tensor(4, 8, [1])}, b"\1" + bytes(7))},
)
shards("index_not_object", "has no weight_map", [1])
shards("index_no_map", "has no weight_map", {"metadata": {}})
shards("index_map_array", "has no weight_map", {"weight_map": ["a"]})
shards("index_file_number", "gives no file name", {"weight_map": {"a": 1}})
shards("index_empty", "is not valid JSON", "")
shards("index_duplicate", "there is no such file", '{"weight_map":{"a":"s.safetensors","a":"t.safetensors"}}')
shards("index_shard_corrupt", "there is a hole", {"weight_map": {"a": "s.safetensors"}}, {"s.safetensors": container({"a": tensor(4, 8, [1])}, two)})

# config.json.
checkpoint("config_missing", "there is no such file", {"config.json": None})
checkpoint("config_empty", "is not valid JSON", {"config.json": ""})
checkpoint("config_array", "is not a JSON object", {"config.json": "[]"})
checkpoint("config_deep", "nests deeper", {"config.json": '{"a":' * 1000 + "1" + "}" * 1000})
checkpoint("config_duplicate", "unknown method, 'magic'", {"config.json": '{"quantization_config":{},"quantization_config":{"quant_method":"magic"}}'})
checkpoint("config_quantization_config_number", "is not an object", {"config.json": {"quantization_config": 4}})
checkpoint("config_unknown_method", "unknown method, 'magic'", {"config.json": {"quantization_config": {"quant_method": "magic"}}})
checkpoint("config_method_number", "should be a string", {"config.json": {"quantization_config": {"quant_method": 4}}})
checkpoint("no_weights", "no .safetensors file", {"model.safetensors": None})
checkpoint("several_unindexed", "2 .safetensors files", {"model.safetensors": None, "a.safetensors": plain, "b.safetensors": plain})


checkpoint("shard_missing", "number 1 is missing", {"model.safetensors": None, "model-00002-of-00002.safetensors": plain})
checkpoint("shard_count_huge", "number 1 is missing", {"model.safetensors": None, "model-00000-of-99999.safetensors": plain})


def gptq(name, reason, options, files=None):
    config = {"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 32} | options}
    checkpoint(name, reason, {"config.json": config} | (files or {}))


gptq("gptq_no_tensors", "no '.qweight' tensor", {})
gptq("gptq_bits_string", "should be a whole number", {"bits": "4 bits"})
gptq("gptq_bits_huge", "at most 32 bits", {"bits": 2**40})
gptq("gptq_bits_negative", "bits -4", {"bits": -4})
gptq("gptq_group_zero", "group_size 0", {"group_size": 0})
gptq("gptq_group_minimum", "group_size -2147483648", {"group_size": -(2**31)})
gptq("gptq_pattern_long", "at most 1000", {"dynamic": {"+:" + "a" * 2000: {}}})
gptq("gptq_pattern_deep", "cannot be read", {"dynamic": {"+:" + "(" * 900: {}}})
gptq("gptq_pattern_repeats", "cannot be read", {"dynamic": {"+:((a{999}){999}){999}": {}}})
gptq("gptq_pattern_look_behind_deep", "cannot be read", {"dynamic": {"+:" + "(?<=" * 200: {}}})
gptq("gptq_extra_bits", "has bits 5", {"extra_config": {"m": {"bits": 5}}})
gptq("gptq_dynamic_array", "not an object of patterns", {"dynamic": []})


def mlx(name, reason, options):
    checkpoint(name, reason, {"config.json": {"quantization": {"bits": 4, "group_size": 64} | options}})


mlx("mlx_no_tensors", "no '.scales' tensor", {})
mlx("mlx_bits_zero", "bits 0", {"bits": 0})
mlx("mlx_bits_null_group_huge", "group_size 1073741824", {"group_size": 2**30})
mlx("mlx_mode", "'nvfp4'", {"mode": "nvfp4"})
mlx("mlx_override_mode", "'mxfp8'", {"lm_head": {"mode": "mxfp8"}})
mlx("mlx_override_bits", "bits 7", {"lm_head": {"bits": 7}})

llama = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
    "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
}
nomic = {"model_type": "nomic_bert", "n_embd": 64, "n_inner": 4194304, "n_layer": 2, "n_head": 4, "vocab_size": 100}


def config(name, reason, content):
    """A configuration of which no graph can be made."""
    (here / "configs").mkdir(exist_ok=True)
    (here / "configs" / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    expected[f"configs/{name}.json"] = reason


def absurd(name, reason, **values):
    config(name, reason, llama | values)


for key in ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size"):
    absurd(f"{key}_maximum", f'"{key}" in config.json is 2147483647', **{key: 2**31 - 1})
    absurd(f"{key}_minimum", f'"{key}" in config.json is -2147483648', **{key: -(2**31)})
    absurd(f"{key}_beyond_int", "at most 32 bits", **{key: 2**31})
    absurd(f"{key}_beyond_double", "at most 32 bits", **{key: 10**300})
absurd("head_dim_maximum", '"head_dim" in config.json is 2147483647', head_dim=2**31 - 1)
absurd("head_dim_odd", "should be an even number", head_dim=7)
absurd("heads_of_nothing", '"head_dim" in config.json', num_attention_heads=4096, num_key_value_heads=4096, head_dim=-1)
absurd("max_position_embeddings_maximum", "2147483647", max_position_embeddings=2**31 - 1)
absurd("size_infinite", "whole number", hidden_size=float("inf"))
absurd("size_nan", "whole number", hidden_size=float("nan"))
absurd("epsilon_nan", "rms_norm_eps", rms_norm_eps=float("nan"))
absurd("theta_nan", "rope_theta", rope_theta=float("nan"))
absurd("theta_huge", "rope_theta", rope_theta=1e300)
absurd("theta_negative", "rope_theta", rope_theta=-1)
absurd("rope_array", "should be an object", rope_scaling=[1])
absurd("rope_factor_huge", "overflow", rope_scaling={"type": "dynamic", "factor": 1e200})
absurd("rope_factor_infinite", "should be positive", rope_scaling={"type": "linear", "factor": float("inf")})
absurd("rope_original_zero", "should be positive", rope_scaling={"type": "yarn", "factor": 2, "original_max_position_embeddings": 0})
absurd("rope_partial_scaled", "rotate as a whole", partial_rotary_factor=0.5, rope_scaling={"type": "linear", "factor": 2.0})
absurd("family_unknown", "gerbil knows", architectures=["MambaForCausalLM"], model_type="mamba")
absurd("family_of_own_code", "JinaBertModel", architectures=["JinaBertModel"], model_type="bert")
absurd("family_without_classes", "LlamaForSequenceClassification", architectures=["LlamaForSequenceClassification"])
config("family_missing", "neither", {})
config("family_numbers", "should be a string", {"architectures": [1], "model_type": 2})
absurd("window_minimum", "should be positive", architectures=None, model_type="qwen2", sliding_window=-(2**31), use_sliding_window=True, max_window_layers=0)
absurd("layer_types_short", "too few", architectures=None, model_type="qwen2", layer_types=["full_attention"], use_sliding_window=True)
absurd("no_rope_layers_short", "2 layers", architectures=None, model_type="smollm3", no_rope_layers=[1])
gemma = {key: value for key, value in llama.items() if key != "architectures"} | {"model_type": "gemma3_text"}
for name, value in (("zero", 0), ("minimum", -(2**31)), ("beyond_int", 2**31), ("null", None), ("text", "wide")):
    config(f"gemma_window_{name}", '"sliding_window"', gemma | {"sliding_window": value})
for name, value in (("zero", 0), ("minimum", -(2**31)), ("maximum", 2**31 - 1)):
    config(f"gemma_pattern_{name}", '"sliding_window_pattern"', gemma | {"sliding_window_pattern": value})
    config(f"gemma_scale_{name}", '"query_pre_attn_scalar"', gemma | {"query_pre_attn_scalar": value})
    config(f"gemma_heads_{name}", '"num_attention_heads"', gemma | {"num_attention_heads": value})
for name, value in (("zero", 0), ("negative", -30.0), ("infinite", float("inf")), ("nan", float("nan")), ("beyond_float", 1e300), ("text", "30")):
    config(f"gemma_bound_{name}", '"final_logit_softcapping"', gemma | {"final_logit_softcapping": value})
config("gemma_local_base_negative", "rope_theta", gemma | {"rope_local_base_freq": -1})
config("gemma_rope_of_layers_array", "should be an object", gemma | {"rope_parameters": {"full_attention": [1]}})
gemma4 = gemma | {"model_type": "gemma4_text"}
for key, largest in (("num_kv_shared_layers", 2), ("hidden_size_per_layer_input", 2**16 + 1), ("vocab_size_per_layer_input", 99),
                     ("global_head_dim", 4097), ("num_global_key_value_heads", 3), ("head_dim", 4097), ("sliding_window", 2**30)):
    for name, value in (("minimum", -(2**31)), ("negative", -1), ("beyond", largest), ("maximum", 2**31 - 1), ("beyond_int", 2**31)):
        config(f"gemma4_{key}_{name}", f'"{key}"', gemma4 | {"attention_k_eq_v": True, key: value})
config("gemma4_shared_of_no_type", '"num_kv_shared_layers" in config.json is 1', gemma4 | {"layer_types": ["sliding_attention", "full_attention"], "num_kv_shared_layers": 1})
config("gemma4_layer_types_short", "2 layers", gemma4 | {"layer_types": ["full_attention"]})
config("gemma4_layer_types_long", "2 layers", gemma4 | {"layer_types": ["full_attention"] * 3})
config("gemma4_layer_types_other", "linear_attention", gemma4 | {"layer_types": ["linear_attention", "full_attention"]})
config("gemma4_experts", "enable_moe_block", gemma4 | {"enable_moe_block": True})
config("gemma4_bound_negative", '"final_logit_softcapping" in config.json is -1', gemma4 | {"final_logit_softcapping": -1})
config("gemma4_layers_and_widths", '"num_hidden_layers"', gemma4 | {"num_hidden_layers": 1025, "hidden_size_per_layer_input": 2**16})
config("gemma4_head_dim_odd", "even number", gemma4 | {"global_head_dim": 7})
config("gemma4_rope_of_layers_array", "should be an object", gemma4 | {"rope_parameters": {"full_attention": [1]}})
config("gemma4_both_sides", "cannot continue it", gemma4 | {"use_bidirectional_attention": "all"})
config("gemma4_both_sides_number", '"use_bidirectional_attention"', gemma4 | {"use_bidirectional_attention": 1})
config("gemma4_unified_bound_text", '"final_logit_softcapping"', gemma4 | {"model_type": "gemma4_unified_text", "final_logit_softcapping": "30"})
for name, value in (("array", [gemma]), ("number", 7), ("text", "gemma"), ("false", False)):
    config(f"part_{name}", "should be an object", {"model_type": "gemma3", "text_config": value})
config("part_missing", "hidden_size", {"model_type": "gemma3"})
config("part_null", "hidden_size", {"model_type": "gemma3", "text_config": None})
config("part_in_part", "hidden_size", {"model_type": "gemma3", "text_config": {"text_config": gemma}})
config("part_hidden_size_minimum", "-2147483648", {"model_type": "gemma3", "text_config": gemma | {"hidden_size": -(2**31)}})
config("part_outside", "hidden_size", gemma | {"model_type": "gemma3", "text_config": {}})
qwen = gemma | {"model_type": "qwen3_5_text"}
for key in ("linear_num_key_heads", "linear_num_value_heads", "linear_key_head_dim", "linear_value_head_dim", "linear_conv_kernel_dim", "full_attention_interval"):
    for name, value in (("zero", 0), ("minimum", -(2**31)), ("maximum", 2**31 - 1)):
        config(f"{key}_{name}", f'"{key}"', qwen | {key: value})
config("linear_heads_uneven", "not a multiple", qwen | {"linear_num_key_heads": 3, "linear_num_value_heads": 4})
config("linear_columns_overflow", "more than any model", qwen | {"linear_num_key_heads": 4096, "linear_num_value_heads": 4096, "linear_key_head_dim": 4096, "linear_value_head_dim": 4096})
config("linear_layer_of_another_family", "full_attention and linear_attention", qwen | {"layer_types": ["sliding_attention"] * 64})
config("linear_layer_elsewhere", "full_attention and sliding_attention", gemma | {"layer_types": ["linear_attention"] * 64})
config("experts_overflow", "together more than", nomic | {"num_experts": 1024, "moe_every_n_layers": 2})

# What stands beside tokenizer.json.
special = {"special": True, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False}
letters = {"type": "BPE", "vocab": {"a": 0, "b": 1, "<s>": 2}, "merges": []}
tokenizer = {"version": "1.0", "added_tokens": [{"id": 2, "content": "<s>"} | special], "model": letters}
names = {
    "config": "tokenizer_config.json", "map": "special_tokens_map.json", "added": "added_tokens.json",
    "sentence": "sentence_bert_config.json", "model": "config.json",
}


def side_files(name, reason, **files):
    folder = here / "tokenizers" / name
    folder.mkdir(parents=True)
    if "sentence" in files:  # counts beside a list of modules
        (folder / "modules.json").write_text('[{"type": "x.Transformer"}]\n')
    for file, content in {"tokenizer.json": tokenizer, **{names[key]: value for key, value in files.items()}}.items():
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / file).write_bytes(content)
    expected[f"tokenizers/{name}"] = reason


def in_config(name, reason, **members):
    side_files(name, reason, config=members)


for key in names:
    side_files(f"{key}_empty", "is not valid JSON", **{key: b""})
    side_files(f"{key}_array", "is not a JSON object", **{key: []})
    side_files(f"{key}_deep", "nests deeper", **{key: b'{"bos_token":' + b"[" * 500 + b"]" * 500 + b"}"})
    side_files(f"{key}_deep_objects", "nests deeper", **{key: b'{"bos_token":' * 500 + b"1" + b"}" * 500})
    side_files(f"{key}_invalid_utf8", "is not valid JSON", **{key: b'{"bos_token": "\xff\xfe"}'})
    side_files(f"{key}_overlong_utf8", "is not valid JSON", **{key: b'{"bos_token": "\xc0\xaf"}'})
    side_files(f"{key}_lone_surrogate", "is not valid JSON", **{key: b'{"bos_token": "\\ud800"}'})
    side_files(f"{key}_nul", "NUL", **{key: b'{"bos_token": "<s>"}\0'})
    side_files(f"{key}_two_documents", "is not valid JSON", **{key: b"{}{}"})
for kind, value in (("number", 7), ("true", True), ("object", {"x": 1}), ("content_number", {"content": 5}), ("infinite", float("inf"))):
    side_files(f"config_token_{kind}", "eos_token", config={"eos_token": value})
    side_files(f"map_token_{kind}", "eos_token", map={"eos_token": value})
in_config("config_token_array", "", eos_token=["<s>"])
in_config("config_token_empty", "", eos_token="")
in_config("config_token_nul", "", eos_token="a\0b")
in_config("config_token_long", "", eos_token="x" * 10000)
in_config("config_class_number", "tokenizer_class", tokenizer_class=5)
in_config("config_class_object", "tokenizer_class", tokenizer_class={"a": 1})
in_config("config_class_long", "", tokenizer_class="A" * 5000)
in_config("config_extra_number", "extra_special_tokens", extra_special_tokens=3)
in_config("config_extra_nested", "extra_special_tokens", extra_special_tokens=[["<x>"]])
in_config("config_extra_null_name", "image_token", extra_special_tokens={"image_token": None})
in_config("config_extra_repeats", "", extra_special_tokens=["<x>"] * 1000)
in_config("config_specific_number", "image_token", model_specific_special_tokens={"image_token": 4})
in_config("config_split_special_text", "split_special_tokens", split_special_tokens="yes")
in_config("config_prefix_space_text", "add_prefix_space", tokenizer_class="GPT2Tokenizer", add_prefix_space="yes")
in_config("config_lower_case_number", "do_lower_case", tokenizer_class="BertTokenizer", do_lower_case=1)
in_config("config_accents_text", "strip_accents", tokenizer_class="BertTokenizer", strip_accents="no")
in_config("config_class_of_empty_separator", "has no id", tokenizer_class="BertTokenizer", sep_token="")
in_config("config_class_without_separator", "", tokenizer_class="RobertaTokenizer", sep_token=None, cls_token=None)
in_config("decoder_array", "added_tokens_decoder", added_tokens_decoder=[1])
in_config("decoder_text", "added_tokens_decoder", added_tokens_decoder={"3": "<x>"})
for key, name in (("-1", "negative"), ("9" * 40, "huge"), ("4294967296", "beyond_32_bits"), ("1.5", "fraction"), ("", "empty"), ("\u0663", "arabic")):
    in_config(f"decoder_id_{name}", "added_tokens_decoder", added_tokens_decoder={key: {"content": "<x>"} | special})
in_config("decoder_id_large", "", added_tokens_decoder={"999999999": {"content": "<x>"} | special})
in_config("decoder_no_content", "added_tokens_decoder", added_tokens_decoder={"3": special})
in_config("decoder_content_number", "added_tokens_decoder", added_tokens_decoder={"3": {"content": 3}})
in_config("decoder_flag_text", "lstrip", added_tokens_decoder={"3": {"content": "<x>", "lstrip": "left"}})
in_config("decoder_same_text_twice", "", added_tokens_decoder={"3": {"content": "<x>"} | special, "4": {"content": "<x>", "rstrip": True}})
in_config("decoder_id_of_another", "", added_tokens_decoder={"0": {"content": "<x>"} | special, "2": {"content": "b"} | special})
in_config("decoder_same_id_spelled_twice", "", added_tokens_decoder={"3": {"content": "<x>"} | special, "03": {"content": "<y>"} | special})
side_files("added_id_text", "<x>", added={"<x>": "3"})
side_files("added_id_null", "<x>", added={"<x>": None})
side_files("added_id_nested", "<x>", added={"<x>": [3]})
side_files("added_id_fraction", "<x>", added={"<x>": 3.5})
side_files("added_id_beyond_64_bits", "<x>", added={"<x>": 2**70})
side_files("added_id_infinite", "<x>", added={"<x>": float("inf")})
side_files("added_id_huge", "", added={"<x>": 2**62})
side_files("added_id_negative", "", added={"<x>": -3})
side_files("added_same_id", "", added={"<x>": 3, "<y>": 3})
side_files("added_id_of_another", "", added={"<x>": 0, "b": 2, "<s>": 1})
side_files("added_empty_text", "", added={"": 3})
side_files("map_extra_number", "extra_special_tokens", map={"additional_special_tokens": 7})
side_files("map_extra_nested", "extra_special_tokens", map={"additional_special_tokens": [{"content": ["<x>"]}]})
side_files("map_flag_text", "rstrip", map={"pad_token": {"content": "<pad>", "rstrip": "right"}})
side_files("map_contradicts_config", "", config={"eos_token": "<s>"}, map={"eos_token": {"content": "a"} | special}, added={"a": 9})
side_files("sentence_lower_case_text", "", sentence={"do_lower_case": "yes"})
side_files("sentence_length_text", "max_seq_length", sentence={"max_seq_length": "many"})
side_files("sentence_arguments_array", "", sentence={"processor_kwargs": [], "processing_kwargs": {"text": 5}})
side_files("sentence_token_number", "cls_token", sentence={"processor_kwargs": {"cls_token": 5}})
side_files("truncation_side_unknown", "truncation_side", config={"truncation_side": "both"})
side_files("model_type_number", "model_type", model={"model_type": 3})
side_files("model_class_array", "tokenizer_class", model={"tokenizer_class": ["BertTokenizer"]})
side_files("config_repeats_itself", "eos_token", config=b'{"eos_token": "<s>", "eos_token": 5}')

(here / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
