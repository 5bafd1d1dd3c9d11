// MLX affine quantisation (mlx.core.quantize with mode "affine"; DWQ checkpoints have the same layout):
//   MODULE.weight  U32 [rows, columns · bits / 32]  each row a little-endian stream of `bits`-bit codes
//   MODULE.scales  [rows, columns / group]          F32, F16 or BF16
//   MODULE.biases  as scales;  w = scale · code + bias
// config.json says so under "quantization" or "quantization_config": {"bits", "group_size"}, sometimes "mode", and for
// single modules their path with false (stored as floats), true, or other parameters (mlx_lm.utils.load_model). The
// path may be that of the model before a converter renamed it, and some converters write no parameters of single
// modules at all: bits and group follow from the shapes, and the configuration serves for messages.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include "formats/format.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

struct Parameters {
  int bits = 4;  // both defaults are those of mlx.nn.quantize, which rule an override that leaves one out
  int group = 64;
};

struct Scheme {
  Parameters common;
  std::map<std::string, std::optional<Parameters>, std::less<>> overrides;  // empty: stored as floats
};

[[noreturn]] void corrupt(const std::string& sentence) { throw Error(ErrorCode::corrupt, sentence); }

constexpr std::array known_bits{2, 3, 4, 5, 6, 8};
constexpr std::array known_groups{32, 64, 128};

Parameters parse_parameters(const Json& object, const std::string& where) {
  const auto mode = json_value<std::string>(object, "mode", "affine");
  if (mode != "affine") {
    throw Error(ErrorCode::unsupported,
                where + " has the MLX mode '" + shown(mode) + "'; gerbil reads MLX's mode 'affine' with 2 to 8 bits.");
  }
  Parameters parameters;
  parameters.bits = configured_size(object, "bits", parameters.bits);
  parameters.group = configured_size(object, "group_size", parameters.group);
  if (std::ranges::find(known_bits, parameters.bits) == known_bits.end()) {
    corrupt(where + " has bits " + std::to_string(parameters.bits) + "; MLX has 2, 3, 4, 5, 6 and 8.");
  }
  if (std::ranges::find(known_groups, parameters.group) == known_groups.end()) {
    corrupt(where + " has group_size " + std::to_string(parameters.group) + "; MLX has 32, 64 and 128.");
  }
  return parameters;
}

// A weight in MLX's layout: codes in U32 words with scales and biases beside them.
bool is_packed(const TensorTable& tensors, const Tensor& tensor) {
  constexpr std::string_view suffix = ".weight";
  if (tensor.dtype != DType::u32 || !tensor.name.ends_with(suffix)) return false;
  const std::string module = tensor.name.substr(0, tensor.name.size() - suffix.size());
  return tensors.find(module + ".scales") && tensors.find(module + ".biases");
}

// The object of config.json that configures MLX; an empty one where there is none, but the tensors are MLX's; null for
// other checkpoints. Other methods name themselves in quant_method.
Json find_config(const Source& source) {
  bool other = false;
  for (const char* key : {"quantization", "quantization_config"}) {
    if (!says(source.config, key)) continue;
    const Json& member = source.config[key];
    other |= !member.is_object() || member.contains("quant_method");
    if (other) continue;
    if (member.contains("bits") && member.contains("group_size")) return member;
    if (member.contains("mode")) return member;
  }
  const auto packed = [&](const Tensor& tensor) { return is_packed(*source.tensors, tensor); };
  if (other || std::ranges::none_of(source.tensors->all(), packed)) return nullptr;
  source.warnings.emplace_back(
      "config.json has no complete 'quantization', but the tensors are those of MLX's affine quantisation; its bits "
      "and "
      "groups are what their shapes show.");
  return Json::object();
}

Scheme parse_scheme(const Json& object) {
  Scheme scheme;
  scheme.common = parse_parameters(object, "config.json's quantization");
  for (const auto& [key, value] : object.items()) {
    if (value.is_boolean()) {
      // true says no more than the default does.
      if (!value.get<bool>()) scheme.overrides.emplace(key, std::nullopt);
    } else if (value.is_object()) {
      scheme.overrides.emplace(key, parse_parameters(value, "config.json's quantization of '" + shown(key) + "'"));
    }
  }
  return scheme;
}

// Every quantised tensor must have its scales and biases, and they must have it.
void check_names(const TensorTable& tensors) {
  const auto need = [&](const std::string& name, const Tensor& because) {
    if (tensors.find(name)) return;
    corrupt("The tensor '" + name + "' is missing: '" + because.name + "' (" + describe(because) +
            ") is MLX-quantised and needs it.");
  };
  for (const Tensor& tensor : tensors.all()) {
    const std::string_view name = tensor.name;
    for (const std::string_view suffix : {".weight", ".scales", ".biases"}) {
      if (!name.ends_with(suffix) || (suffix == ".weight" && tensor.dtype != DType::u32)) continue;
      const std::string module(name.substr(0, name.size() - suffix.size()));
      for (const char* other : {".weight", ".scales", ".biases"}) need(module + other, tensor);
    }
  }
}

// A row's codes. Eight codes fill `bits` bytes whatever bits is, and columns is a multiple of 32.
void unpack_row(const std::byte* packed, int bits, std::int64_t columns, std::uint8_t* codes) {
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  for (std::int64_t i = 0; i < columns; i += 8, packed += bits, codes += 8) {
    std::uint64_t stream = 0;
    std::memcpy(&stream, packed, static_cast<std::size_t>(bits));
    for (int k = 0; k < 8; ++k) codes[k] = static_cast<std::uint8_t>((stream >> (k * bits)) & mask);
  }
}

// The bits and the group that fit the shapes of a module's tensors; `said` where none do.
Parameters stored_parameters(const TensorTable& tensors, const std::string& module, Parameters said,
                             std::int64_t columns) {
  const Tensor* packed = tensors.find(module + ".weight");
  const Tensor* scales = tensors.find(module + ".scales");
  if (!packed || !scales || packed->shape.size() != 2 || scales->shape.size() != 2) return said;
  for (const int bits : known_bits) {
    for (const int group : known_groups) {
      const bool divides = columns % group == 0;
      if (divides && packed->shape[1] == columns * bits / 32 && scales->shape[1] == columns / group)
        return {bits, group};
    }
  }
  return said;
}

Weight describe_module(const TensorTable& tensors, const std::string& module, Parameters parameters, std::int64_t rows,
                       std::int64_t columns) {
  const auto [bits, group] = stored_parameters(tensors, module, parameters, columns);
  if (columns % group != 0) {
    corrupt("'" + module + "' has " + std::to_string(columns) + " columns, which MLX groups of " +
            std::to_string(group) + " do not divide.");
  }
  const std::array packed_shape{rows, columns * bits / 32};
  const std::array group_shape{rows, columns / group};
  const Tensor& packed = tensors.require(module + ".weight", {DType::u32}, packed_shape);
  const Tensor& scales = tensors.require(module + ".scales", floating_dtypes, group_shape);
  const Tensor& biases = tensors.require(module + ".biases", floating_dtypes, group_shape);

  Coded coded{.bits = bits, .group = group};
  coded.read = [packed, scales, biases, bits, columns, groups = columns / group](std::int64_t row, std::int64_t count,
                                                                                 const CodedSpan& out) {
    const std::int64_t row_bytes = columns / 8 * bits;
    const Bytes stored =
        packed.bytes(static_cast<std::size_t>(row * row_bytes), static_cast<std::size_t>(count * row_bytes));
    for (std::int64_t r = 0; r < count; ++r) {
      unpack_row(stored.data() + r * row_bytes, bits, columns, out.codes + r * columns);
    }
    read_numbers(scales, row * groups, count * groups, out.scales);
    read_numbers(biases, row * groups, count * groups, out.biases);
  };
  return {.name = packed.name, .rows = rows, .columns = columns, .form = std::move(coded)};
}

}  // namespace

std::optional<Format> recognize_mlx(const Source& source) {
  const Json object = find_config(source);
  if (object.is_null()) return std::nullopt;
  const Scheme scheme = parse_scheme(object);
  const TensorTable& tensors = *source.tensors;
  check_names(tensors);
  const auto is_scales = [](const Tensor& t) { return t.name.ends_with(".scales"); };
  if (std::ranges::none_of(tensors.all(), is_scales)) {
    corrupt("config.json announces MLX quantisation, but the checkpoint has no '.scales' tensor.");
  }

  Format format;
  format.summary = "mlx affine";
  if (!object.empty()) {
    format.summary += " " + std::to_string(scheme.common.bits) + "-bit group " + std::to_string(scheme.common.group) +
                      (scheme.overrides.empty() ? "" : " with overrides");
  }
  format.contains = [table = source.tensors](const std::string& module) { return table->find(module + ".scales"); };
  format.matrix = [table = source.tensors, scheme](const std::string& module, std::int64_t rows,
                                                   std::int64_t columns) -> std::optional<Weight> {
    if (!table->find(module + ".scales")) return std::nullopt;
    const auto override_ = scheme.overrides.find(module);
    if (override_ == scheme.overrides.end()) return describe_module(*table, module, scheme.common, rows, columns);
    if (!override_->second) {
      corrupt("config.json says that '" + module + "' is not quantised, but the checkpoint holds '" + module +
              ".scales'.");
    }
    return describe_module(*table, module, *override_->second, rows, columns);
  };
  return format;
}

}  // namespace gerbil::formats
