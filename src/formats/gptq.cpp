// GPTQ (Frantar et al. 2022) as AutoGPTQ and GPTQModel store it:
//   MODULE.qweight  I32 [columns · bits / 32, rows]        codes packed along the inputs, lowest bits first
//   MODULE.qzeros   I32 [groups, rows · bits / 32]         zero points packed along the outputs
//   MODULE.scales   [groups, rows]                         F16, BF16 or F32
//   MODULE.g_idx    I32 [columns]                          group of each input; may be absent or empty
// w = scale · (code − zero), hence bias = −scale · zero, unless all zero points are equal. With act-order (desc_act)
// g_idx is not i / group: sorting the inputs by group makes groups consecutive, and that order is the canonical form's
// permutation. The last group may be smaller than the others: the canonical groups are then as long as both have in
// common.
#include "formats/gptq.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/mapped_file.hpp"
#include "formats/format.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

using Permutation = std::shared_ptr<const std::vector<std::uint32_t>>;

[[noreturn]] void corrupt(const std::string& sentence) { throw Error(ErrorCode::corrupt, sentence); }

std::uint32_t load_u32(const std::byte* data) {
  std::uint32_t word = 0;
  std::memcpy(&word, data, sizeof word);
  return word;
}

// The inputs in the order of their groups; null when they are in it already.
Permutation permutation_of(const Tensor& g_idx, std::int64_t inputs, std::int64_t groups, std::int64_t group) {
  const auto columns = static_cast<std::size_t>(inputs);
  std::vector<std::uint32_t> group_of(columns);
  std::vector<std::int64_t> members(static_cast<std::size_t>(groups));
  const Bytes indices = g_idx.bytes(0, g_idx.size);
  for (std::size_t i = 0; i < columns; ++i) {
    group_of[i] = load_u32(indices.data() + 4 * i);
    if (group_of[i] >= static_cast<std::uint64_t>(groups)) {
      corrupt("'" + g_idx.name + "' puts input " + std::to_string(i) + " into group " +
              std::to_string(static_cast<std::int32_t>(group_of[i])) + ", but the groups are 0 to " +
              std::to_string(groups - 1) + ".");
    }
    ++members[group_of[i]];
  }
  for (std::size_t g = 0; g < members.size(); ++g) {
    const std::int64_t expected = std::min(group, inputs - static_cast<std::int64_t>(g) * group);
    if (members[g] != expected) {
      corrupt("'" + g_idx.name + "' puts " + std::to_string(members[g]) + " inputs into group " + std::to_string(g) +
              ", which must have " + std::to_string(expected) + ".");
    }
  }
  if (std::ranges::is_sorted(group_of)) return nullptr;
  std::vector<std::uint32_t> order(columns);
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t input) { return group_of[input]; });
  return std::make_shared<const std::vector<std::uint32_t>>(std::move(order));
}

struct Parts {
  Tensor qweight;
  Tensor qzeros;
  Tensor scales;
  Permutation permutation;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  int bits = 4;
  std::int64_t group = 128;   // as stored
  std::int64_t common = 128;  // divides the group and the columns: of the canonical form
  // What v1 took from a word of zero points: one from each, but as one subtraction from the word, so that a zero point
  // of 0 borrowed from its neighbour. Adding to the whole word undoes exactly that (GPTQModel, convert_gptq_v1_to_v2).
  std::uint32_t zero_offset = 0;
};

// Code `i` of a stream of 3-bit codes, of which 32 fill 3 words; word(k) is the stream's k-th.
template <typename Word>
std::uint32_t code_of_stream(std::int64_t i, const Word& word) {
  const std::int64_t first = 3 * i / 32;
  const auto shift = static_cast<int>(3 * i % 32);
  const std::uint32_t low = word(first) >> shift;
  return (shift > 29 ? low | word(first + 1) << (32 - shift) : low) & 7;
}

// A word of qweight holds neighbouring inputs of one row, and neighbouring words neighbouring rows: the asked rows of
// one word-row are read before the next, so that each cache line is touched once when several rows are asked for.
void read_codes(const Parts& p, std::int64_t row, std::int64_t count, std::uint8_t* codes) {
  const std::int64_t in_column = p.columns * p.bits / 32;
  const auto size = static_cast<std::size_t>(4 * count);
  std::vector<std::uint32_t> words(static_cast<std::size_t>(in_column * count));
  for (std::int64_t w = 0; w < in_column; ++w) {
    const Bytes stored = p.qweight.bytes(static_cast<std::size_t>(4 * (w * p.rows + row)), size);
    std::memcpy(words.data() + w * count, stored.data(), size);
  }
  const std::uint32_t mask = (1u << p.bits) - 1;
  const std::int64_t per_word = 32 / p.bits;
  for (std::int64_t r = 0; r < count; ++r) {
    const auto word = [&](std::int64_t k) { return words[static_cast<std::size_t>(k * count + r)]; };
    for (std::int64_t i = 0; i < p.columns; ++i) {
      const std::int64_t input = p.permutation ? (*p.permutation)[static_cast<std::size_t>(i)] : i;
      const auto shift = static_cast<int>(input % per_word) * p.bits;
      const std::uint32_t code = p.bits == 3 ? code_of_stream(input, word) : word(input / per_word) >> shift & mask;
      *codes++ = static_cast<std::uint8_t>(code);
    }
  }
}

// The zero points of group g.
class ZeroPoints {
 public:
  ZeroPoints(const Parts& p, std::int64_t g)
      : p_(p),
        words_(p.qzeros.bytes(static_cast<std::size_t>(4 * g * (p.rows * p.bits / 32)),
                              static_cast<std::size_t>(4 * (p.rows * p.bits / 32)))) {}

  std::uint32_t of(std::int64_t output) const {
    const auto word = [&](std::int64_t k) { return load_u32(words_.data() + 4 * k); };
    if (p_.bits == 3) return (code_of_stream(output, word) + p_.zero_offset) & 7;
    const std::int64_t per_word = 32 / p_.bits;
    const auto shift = static_cast<int>(output % per_word) * p_.bits;
    return ((word(output / per_word) + p_.zero_offset) >> shift) & ((1u << p_.bits) - 1);
  }

 private:
  const Parts& p_;
  Bytes words_;
};

// The zero point of all groups and outputs where they have one in common, as those of symmetric quantisation do.
std::optional<std::uint32_t> only_zero_point(const Parts& p) {
  const std::uint32_t first = ZeroPoints(p, 0).of(0);
  for (std::int64_t g = 0; g < (p.columns + p.group - 1) / p.group; ++g) {
    const ZeroPoints zeros(p, g);
    for (std::int64_t output = 0; output < p.rows; ++output) {
      if (zeros.of(output) != first) return std::nullopt;
    }
  }
  return first;
}

// biases: null where they are not wanted.
void read_scales(const Parts& p, std::int64_t row, std::int64_t count, float* scales, float* biases) {
  const std::int64_t groups = p.columns / p.common;
  std::vector<float> of_group(static_cast<std::size_t>(count));
  for (std::int64_t k = 0; k < groups; ++k) {
    const std::int64_t g = k * p.common / p.group;
    read_numbers(p.scales, g * p.rows + row, count, of_group.data());
    const float* scale = of_group.data();
    for (std::int64_t r = 0; r < count; ++r) scales[r * groups + k] = scale[r];
    if (biases == nullptr) continue;
    const ZeroPoints zeros(p, g);
    // Exact for 16-bit scales: 11 + 8 bits of mantissa.
    for (std::int64_t r = 0; r < count; ++r) {
      biases[r * groups + k] = -scale[r] * static_cast<float>(zeros.of(row + r));
    }
  }
}

// What is added to a word of zero points (to each zero point of 3 bits, which words divide).
std::uint32_t zero_offset(const GptqScheme& scheme, int bits) {
  if (!scheme.zero_points_minus_one) return 0;
  return bits == 3 ? 1 : UINT32_MAX / ((1u << bits) - 1);
}

// The bits and the group that the shapes of a module's tensors show; `said` as far as they show nothing.
GptqParameters stored_parameters(const TensorTable& tensors, const std::string& module, GptqParameters said) {
  const Tensor* qweight = tensors.find(module + ".qweight");
  const Tensor* qzeros = tensors.find(module + ".qzeros");
  const Tensor* scales = tensors.find(module + ".scales");
  for (const Tensor* tensor : {qweight, qzeros, scales}) {
    if (tensor == nullptr || tensor->shape.size() != 2 || tensor->shape[0] < 1 || tensor->shape[1] < 1) return said;
  }
  const std::int64_t rows = scales->shape[1], groups = scales->shape[0];
  const std::int64_t packed = qzeros->shape[1];
  if (rows > INT32_MAX || packed > INT32_MAX || qweight->shape[0] > INT32_MAX) return said;
  const std::int64_t bits = 32 * packed / rows;
  if (32 * packed % rows != 0 || !std::ranges::contains(gptq_bits, bits)) return said;
  const std::int64_t columns = 32 * qweight->shape[0] / bits;
  const std::int64_t group = said.group == -1 ? columns : said.group;
  const bool fits = (columns + group - 1) / group == groups;
  if (fits || columns % groups != 0) return {static_cast<int>(bits), said.group};
  return {static_cast<int>(bits), static_cast<int>(std::min<std::int64_t>(columns / groups, INT32_MAX))};
}

Weight describe_module(const TensorTable& tensors, const std::string& module, const GptqScheme& scheme,
                       GptqParameters said, std::int64_t rows, std::int64_t columns) {
  const GptqParameters parameters = stored_parameters(tensors, module, said);
  const std::int64_t group = parameters.group == -1 ? columns : parameters.group;
  const std::int64_t multiple = parameters.bits == 3 ? 32 : 32 / parameters.bits;
  const std::int64_t common = std::gcd(group, columns);
  // Smaller canonical groups than a quarter of a kernel's would take several times the memory.
  const bool uneven = columns % group != 0 && common < 8;
  if (uneven || columns % multiple != 0 || rows % multiple != 0 || group > INT32_MAX) {
    corrupt("'" + module + "' is " + std::to_string(rows) + " × " + std::to_string(columns) +
            ", which GPTQ cannot store with " + std::to_string(parameters.bits) + " bits and groups of " +
            std::to_string(group) + ": group and columns must have at least 8 in common, and both sizes must be " +
            "multiples of " + std::to_string(multiple) + ".");
  }
  const std::int64_t groups = (columns + group - 1) / group;
  const std::array weight_shape{columns * parameters.bits / 32, rows};
  const std::array zeros_shape{groups, rows * parameters.bits / 32};
  const std::array scales_shape{groups, rows};
  Parts parts{.qweight = tensors.require(module + ".qweight", {DType::i32}, weight_shape),
              .qzeros = tensors.require(module + ".qzeros", {DType::i32}, zeros_shape),
              .scales = tensors.require(module + ".scales", floating_dtypes, scales_shape),
              .rows = rows,
              .columns = columns,
              .bits = parameters.bits,
              .group = group,
              .common = common,
              .zero_offset = zero_offset(scheme, parameters.bits)};
  const Tensor* g_idx = tensors.find(module + ".g_idx");
  if (g_idx != nullptr && g_idx->size > 0) {
    const std::array index_shape{columns};
    parts.permutation =
        permutation_of(tensors.require(module + ".g_idx", {DType::i32}, index_shape), columns, groups, group);
  }
  const auto zero = only_zero_point(parts);
  Coded coded{.bits = parameters.bits,
              .group = static_cast<int>(common),
              .biased = !zero,
              .zero = static_cast<int>(zero.value_or(0)),
              .permutation = parts.permutation};
  std::string name = parts.qweight.name;
  coded.read = [parts = std::make_shared<const Parts>(std::move(parts))](std::int64_t row, std::int64_t count,
                                                                         const CodedSpan& out) {
    read_codes(*parts, row, count, out.codes);
    read_scales(*parts, row, count, out.scales, out.biases);
  };
  return {.name = std::move(name), .rows = rows, .columns = columns, .form = std::move(coded)};
}

// config.json's quantization_config, or quantize_config.json, where AutoGPTQ used to put it; null when there is
// neither.
Json find_config(const Source& source) {
  const auto member = source.config.find("quantization_config");
  if (says(source.config, "quantization_config") && member->is_object()) return is_gptq(*member) ? *member : Json();
  const std::filesystem::path path = source.directory / "quantize_config.json";
  std::error_code error;
  if (says(source.config, "quantization") || !std::filesystem::exists(path, error)) return nullptr;
  Json object = parse_python_json(read_text_file(path), "'" + path.string() + "'", &source.warnings);
  if (object.is_object() && says(object, "quantization_config")) object = Json(object["quantization_config"]);
  if (!object.is_object()) return nullptr;
  if (!object.contains("quant_method")) object["quant_method"] = "gptq";
  return is_gptq(object) ? object : Json();
}

// Every qweight must have its scales and zero points, and they must have it.
void check_names(const TensorTable& tensors) {
  for (const Tensor& tensor : tensors.all()) {
    const std::string_view name = tensor.name;
    for (const std::string_view suffix : {".qweight", ".qzeros", ".scales", ".g_idx"}) {
      if (!name.ends_with(suffix)) continue;
      const std::string module(name.substr(0, name.size() - suffix.size()));
      for (const char* other : {".qweight", ".qzeros", ".scales"}) {
        if (tensors.find(module + other)) continue;
        corrupt("The tensor '" + module + other + "' is missing: '" + tensor.name + "' (" + describe(tensor) +
                ") is GPTQ-quantised and needs it.");
      }
    }
  }
}

}  // namespace

namespace {

// Says which of the two counts where the configuration and the tensors disagree, of the first module only.
void compare_with_config(const TensorTable& tensors, const GptqScheme& scheme, std::vector<std::string>& warnings) {
  for (const Tensor& tensor : tensors.all()) {
    if (!tensor.name.ends_with(".qweight")) continue;
    const std::string module = tensor.name.substr(0, tensor.name.size() - std::string_view(".qweight").size());
    const auto said = scheme.parameters(module);
    if (!said) continue;
    const auto [bits, group] = stored_parameters(tensors, module, *said);
    if (bits == said->bits && group == said->group) continue;
    warnings.push_back("The configuration says that '" + module + "' is quantised with " + std::to_string(said->bits) +
                       " bits in groups of " + std::to_string(said->group) + ", but its tensors have " +
                       std::to_string(bits) + " bits and groups of " + std::to_string(group) + ", which count.");
    return;
  }
}

}  // namespace

std::optional<Format> recognize_gptq(const Source& source) {
  const Json object = find_config(source);
  if (object.is_null()) return std::nullopt;
  const auto scheme = std::make_shared<const GptqScheme>(parse_gptq(object));
  const TensorTable& tensors = *source.tensors;
  check_names(tensors);
  const auto is_quantized = [](const Tensor& t) { return t.name.ends_with(".qweight"); };
  if (std::ranges::none_of(tensors.all(), is_quantized)) {
    corrupt("config.json announces GPTQ quantisation, but the checkpoint has no '.qweight' tensor.");
  }
  compare_with_config(tensors, *scheme, source.warnings);

  Format format;
  format.summary = "gptq " + std::to_string(scheme->common.bits) + "-bit group " +
                   std::to_string(scheme->common.group) + (scheme->rules.empty() ? "" : " with overrides");
  format.contains = [table = source.tensors](const std::string& module) { return table->find(module + ".qweight"); };
  format.matrix = [table = source.tensors, scheme](const std::string& module, std::int64_t rows,
                                                   std::int64_t columns) -> std::optional<Weight> {
    if (!table->find(module + ".qweight")) return std::nullopt;
    const auto parameters = scheme->parameters(module);
    if (!parameters) {
      corrupt("GPTQ's 'dynamic' says that '" + module + "' is not quantised, but the checkpoint holds '" + module +
              ".qweight'.");
    }
    return describe_module(*table, module, *scheme, *parameters, rows, columns);
  };
  return format;
}

}  // namespace gerbil::formats
