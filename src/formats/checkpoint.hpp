// A Hugging Face model directory: config.json, safetensors files, and the weights they hold in canonical form.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "formats/container.hpp"
#include "formats/weight.hpp"

namespace gerbil::formats {

class Checkpoint {
 public:
  // Opens `directory`: parses config.json, opens the files of weights (see open_weights), and decides the
  // quantisation. Throws Error{not_found|corrupt|unsupported} naming file and reason; formats that are
  // recognised but not supported (AWQ, compressed-tensors, FP8, GGUF, pickle, …) are named.
  // `config` stands for config.json where there is none, unless it is null. `open_file` opens the files of weights.
  static Checkpoint open(const std::filesystem::path& directory, const Json& config = {},
                         const OpenFile& open_file = MappedFile::open);

  const Json& config() const;
  const std::filesystem::path& directory() const;
  // What was read otherwise than a file says, for people; full sentences.
  const std::vector<std::string>& warnings() const;
  std::string quantization() const;  // "none", "mlx affine 4-bit group 64", "gptq 4-bit group 128", … for people

  // The weight of module `module` ("model.layers.0.self_attn.q_proj"), whatever its format: MODULE.weight dense;
  // MODULE.weight/.scales/.biases (MLX); MODULE.qweight/.qzeros/.scales/.g_idx (GPTQ). Throws Error{corrupt} naming the
  // tensor, the expected and the found shape.
  Weight matrix(const std::string& module, std::int64_t rows, std::int64_t columns) const;

  // The dense tensor `name` ("model.norm.weight", "….q_proj.bias") of `size` elements as one row.
  Weight vector(const std::string& name, std::int64_t size) const;
  // The elements of a tensor of any shape that has so many.
  Weight flattened(const std::string& name, std::int64_t size) const;

  // The shape of the tensor `name`; empty when there is none, and for a scalar.
  std::vector<std::int64_t> shape(const std::string& name) const;

  // The I64 or I32 tensor `name` of `size` whole numbers.
  std::vector<std::int64_t> integers(const std::string& name, std::int64_t size) const;

  // True when the checkpoint stores any weight for this module or a tensor of exactly this name.
  bool contains(const std::string& module_or_tensor) const;

  // True when both modules are stored as floats, and their bytes are the same.
  bool same(const std::string& module, const std::string& other) const;

  struct TensorInfo {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::uint64_t bytes = 0;
  };
  std::vector<TensorInfo> tensors() const;  // in file order, for inspect

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace gerbil::formats
