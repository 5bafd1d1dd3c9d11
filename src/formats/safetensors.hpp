// The safetensors container (https://github.com/huggingface/safetensors, "Format"): a little-endian u64 header length,
// a JSON header, and the tensors' bytes. Parsed strictly: what the format's own reader rejects is rejected here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace gerbil::formats {

// The tensors of one file, in the order of their bytes. `where` names the file in messages. Only the header is read.
// Throws Error{corrupt} unless the header is at most 100 MB of JSON that begins with '{', has no duplicate keys, and
// describes tensors of known dtypes whose byte ranges match their shapes and cover the file exactly: no hole, no
// overlap, nothing after the end. Throws Error{unsupported} for a dtype of newer versions of the format.
std::vector<Tensor> parse_safetensors(const std::shared_ptr<const ByteSource>& source, const std::string& where);

}  // namespace gerbil::formats
