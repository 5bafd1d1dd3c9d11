// What a quantisation format has to provide. Each format is one file: a recogniser that looks at config.json and the
// names of the tensors, and a function that describes one module's weight.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "formats/tensor.hpp"
#include "formats/weight.hpp"

namespace gerbil::formats {

struct Source {
  const Json& config;
  const std::filesystem::path& directory;
  std::shared_ptr<const TensorTable> tensors;
  std::vector<std::string>& warnings;
};

// "quant_method" of a quantization_config in small letters; empty when there is none.
std::string quantization_method(const Json& object);

// The member `key` of a quantisation's configuration, a whole number or one that is written as a text, which some tools
// do; `fallback` where it is missing or null. Throws Error{corrupt}.
int configured_size(const Json& object, std::string_view key, int fallback);

// Whether config.json's member `key` is there and says something: it is neither null nor an empty object.
bool says(const Json& config, std::string_view key);

struct Format {
  std::string summary;  // "mlx affine 4-bit group 64"
  // The weight of `module` when this format quantised it; empty when it is stored as floats. Throws Error{corrupt}.
  std::function<std::optional<Weight>(const std::string& module, std::int64_t rows, std::int64_t columns)> matrix;
  // True when the checkpoint holds a quantised weight for `module`.
  std::function<bool(const std::string& module)> contains;
};

// Each is empty when the checkpoint is not in that format, and throws Error{corrupt|unsupported} when it claims to be
// but is not consistent: a quantised tensor without its scales, a number of bits that the format does not have.
std::optional<Format> recognize_gptq(const Source& source);
std::optional<Format> recognize_mlx(const Source& source);

// Throws Error{unsupported|corrupt} when config.json or the tensors show a quantisation that no recogniser took:
// reading such a checkpoint as floats would give nonsense.
void refuse_unknown_quantization(const Source& source);

// Throws Error{not_found|unsupported} when `path` holds weights only as GGUF or pickle files, or is such a file.
void refuse_other_containers(const std::filesystem::path& path);

// MODULE.weight as floats; where there is none, the tensor MODULE itself, which may also be a stack of matrices with as
// many rows together, or one column.
Weight dense_matrix(const std::shared_ptr<const TensorTable>& tensors, const std::string& module, std::int64_t rows,
                    std::int64_t columns);
// The tensor `name` of `size` floats, as one row.
// The elements of a tensor of any shape that has so many.
Weight dense_flattened(const std::shared_ptr<const TensorTable>& tensors, const std::string& name, std::int64_t size);
Weight dense_vector(const std::shared_ptr<const TensorTable>& tensors, const std::string& name, std::int64_t size);

}  // namespace gerbil::formats
