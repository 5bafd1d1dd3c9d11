#include "formats/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "formats/container.hpp"
#include "formats/format.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {

struct Checkpoint::State {
  std::filesystem::path directory;
  Json config;
  std::shared_ptr<const TensorTable> tensors;
  std::vector<std::string> warnings;
  std::optional<Format> format;  // empty: every weight is stored as floats
};

Checkpoint Checkpoint::open(const std::filesystem::path& directory, const Json& config, const OpenFile& open_file) {
  refuse_other_containers(directory);
  auto state = std::make_shared<State>();
  state->directory = directory;
  const std::filesystem::path config_path = directory / "config.json";
  const bool given = !config.is_null() && !std::filesystem::exists(config_path);
  state->config =
      given ? config
            : parse_python_json(read_text_file(config_path), "'" + config_path.string() + "'", &state->warnings);
  if (!state->config.is_object()) {
    throw Error(ErrorCode::corrupt, "'" + config_path.string() + "' is not a JSON object.");
  }
  state->tensors = std::make_shared<const TensorTable>(open_weights(directory, state->warnings, open_file));

  const Source source{state->config, state->directory, state->tensors, state->warnings};
  state->format = recognize_gptq(source);
  if (!state->format) state->format = recognize_mlx(source);
  if (!state->format) refuse_unknown_quantization(source);

  Checkpoint checkpoint;
  checkpoint.state_ = std::move(state);
  return checkpoint;
}

const Json& Checkpoint::config() const { return state_->config; }

const std::filesystem::path& Checkpoint::directory() const { return state_->directory; }

const std::vector<std::string>& Checkpoint::warnings() const { return state_->warnings; }

std::string Checkpoint::quantization() const { return state_->format ? state_->format->summary : "none"; }

Weight Checkpoint::matrix(const std::string& module, std::int64_t rows, std::int64_t columns) const {
  if (rows <= 0 || columns <= 0) {
    throw Error(ErrorCode::invalid_argument, "The weight of '" + module + "' was asked for as " + std::to_string(rows) +
                                                 " × " + std::to_string(columns) + ", but both must be at least 1.");
  }
  if (state_->format) {
    if (auto weight = state_->format->matrix(module, rows, columns)) return std::move(*weight);
  }
  return dense_matrix(state_->tensors, module, rows, columns);
}

Weight Checkpoint::vector(const std::string& name, std::int64_t size) const {
  return dense_vector(state_->tensors, name, size);
}

Weight Checkpoint::flattened(const std::string& name, std::int64_t size) const {
  return dense_flattened(state_->tensors, name, size);
}

std::vector<std::int64_t> Checkpoint::shape(const std::string& name) const {
  const Tensor* tensor = state_->tensors->find(name);
  return tensor == nullptr ? std::vector<std::int64_t>() : tensor->shape;
}

std::vector<std::int64_t> Checkpoint::integers(const std::string& name, std::int64_t size) const {
  const std::array shape{size};
  const Tensor& tensor = state_->tensors->require(name, {DType::i64, DType::i32}, shape);
  std::vector<std::int64_t> values(static_cast<std::size_t>(size));
  const Bytes bytes = tensor.bytes(0, tensor.size);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (tensor.dtype == DType::i64) {
      std::memcpy(&values[i], bytes.data() + i * sizeof(std::int64_t), sizeof(std::int64_t));
    } else {
      std::int32_t value = 0;
      std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
      values[i] = value;
    }
  }
  return values;
}

bool Checkpoint::contains(const std::string& module_or_tensor) const {
  return state_->tensors->find(module_or_tensor) || state_->tensors->find(module_or_tensor + ".weight") ||
         (state_->format && state_->format->contains(module_or_tensor));
}

bool Checkpoint::same(const std::string& module, const std::string& other) const {
  const Tensor* a = state_->tensors->find(module + ".weight");
  const Tensor* b = state_->tensors->find(other + ".weight");
  return !state_->format && a && b && a->dtype == b->dtype && a->shape == b->shape && same_bytes(*a, *b);
}

std::vector<Checkpoint::TensorInfo> Checkpoint::tensors() const {
  std::vector<TensorInfo> result;
  result.reserve(state_->tensors->all().size());
  for (const Tensor& tensor : state_->tensors->all()) {
    result.push_back({tensor.name, std::string(name_of(tensor.dtype)), tensor.shape, tensor.size});
  }
  return result;
}

}  // namespace gerbil::formats
