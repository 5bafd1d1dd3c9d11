// Containers: what gives a table of tensors over a source of bytes. Each is one file with a function, and a line in the
// table of container.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.hpp"
#include "formats/tensor.hpp"

namespace gerbil::formats {

struct Container {
  std::string_view extension;  // of its files
  // The tensors of one file, which keep the source. `where` names it in messages. Throws Error{corrupt|unsupported},
  // and what the source's read throws.
  std::vector<Tensor> (*tensors)(const std::shared_ptr<const ByteSource>& source, const std::string& where);
};

// The container of files of this name. Throws Error{unsupported} when there is none.
const Container& container_of(const std::filesystem::path& path);

// Opens a file as a source of bytes; throws Error{not_found}.
using OpenFile = std::function<std::shared_ptr<const ByteSource>(const std::filesystem::path&)>;

// The tensors of every weight file of a model directory: model.safetensors, beside which an index counts for nothing
// (as in transformers); else the shards that the index lists, whichever tensor it says is where; else, and where shards
// have other names than the index says, every model*.safetensors (as in mlx-lm), the shards of another name, or the
// only
// *.safetensors file there is. What is read otherwise than an index says is added to `warnings`. Throws
// Error{not_found|corrupt}; a shard outside the directory, one that is missing from its set, or a tensor that is in two
// shards, is an error.
std::vector<Tensor> open_weights(const std::filesystem::path& directory, std::vector<std::string>& warnings,
                                 const OpenFile& open_file);

}  // namespace gerbil::formats
