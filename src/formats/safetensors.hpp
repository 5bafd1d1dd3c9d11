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

// Maps every weight file of a model directory: the shards that model.safetensors.index.json lists, or
// model.safetensors, or the only *.safetensors file there is. Throws Error{not_found|corrupt}; a shard outside the
// directory, a tensor that is not in the shard the index says, or one that is in two shards, is an error.
std::vector<Tensor> open_safetensors(const std::filesystem::path& directory);

}  // namespace gerbil::formats
