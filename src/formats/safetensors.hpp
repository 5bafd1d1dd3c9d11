// The safetensors container (https://github.com/huggingface/safetensors, "Format"): a little-endian u64 header length,
// a JSON header, and the tensors' bytes. Parsed strictly: what the format's own reader rejects is rejected here.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace gerbil::formats {

// The tensors of one file, in the order of their bytes; `data` views into `bytes`. `where` names the file in messages.
// Throws Error{corrupt} unless the header is at most 100 MB of JSON that begins with '{', has no duplicate keys, and
// describes tensors of known dtypes whose byte ranges match their shapes and cover the file exactly: no hole, no
// overlap, nothing after the end. Throws Error{unsupported} for a dtype of newer versions of the format.
std::vector<Tensor> parse_safetensors(std::span<const std::byte> bytes, const std::string& where);

// Maps every weight file of a model directory: model.safetensors, beside which an index counts for nothing (as in
// transformers); else the shards that the index lists, whichever tensor it says is where; else, and where shards have
// other names than the index says, every model*.safetensors (as in mlx-lm), the shards of another name, or the only
// *.safetensors file there is. What is read otherwise than an index says is added to `warnings`. Throws
// Error{not_found|corrupt}; a shard outside the directory, one that is missing from its set, or a tensor that is in two
// shards, is an error.
std::vector<Tensor> open_safetensors(const std::filesystem::path& directory, std::vector<std::string>& warnings);

}  // namespace gerbil::formats
