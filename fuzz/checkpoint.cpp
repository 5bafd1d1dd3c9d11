// A whole checkpoint: the input is config.json, a NUL, and the bytes of model.safetensors. Every module is described
// with the shape its tensors suggest, and read.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>

#include "formats/check.hpp"
#include "formats/format.hpp"
#include "formats/safetensors.hpp"
#include "gerbil/error.hpp"

namespace {

using namespace gerbil;
using namespace gerbil::formats;

void read_module(const Format& format, const std::string& module, std::int64_t rows, std::int64_t columns) {
  if (rows <= 0 || columns <= 0 || columns > 1 << 16) return;
  try {
    if (const auto weight = format.matrix(module, rows, columns)) {
      (void)check_weight(*weight);
      std::vector<float> row(static_cast<std::size_t>(columns));
      read_dense(*weight, rows - 1, 1, row.data());
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a refusal is what is wanted
  }
}

void read_all(const Format& format, const TensorTable& tensors) {
  for (const Tensor& tensor : tensors.all()) {
    if (!tensor.name.ends_with(".scales") || tensor.shape.size() != 2) continue;
    const std::string module = tensor.name.substr(0, tensor.name.size() - 7);
    for (const std::int64_t group : {8, 32, 64, 128}) {
      read_module(format, module, tensor.shape[0], std::min<std::int64_t>(tensor.shape[1], 1 << 16) * group);  // MLX
      read_module(format, module, tensor.shape[1], std::min<std::int64_t>(tensor.shape[0], 1 << 16) * group);  // GPTQ
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::uint8_t* end = data + size;
  const std::uint8_t* nul = std::find(data, end, 0);
  if (nul == end) return 0;
  try {
    const Json config =
        parse_json({reinterpret_cast<const char*>(data), static_cast<std::size_t>(nul - data)}, "config.json");
    if (!config.is_object()) return 0;
    const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(nul + 1),
                                          static_cast<std::size_t>(end - nul - 1));
    const auto tensors = std::make_shared<const TensorTable>(
        parse_safetensors(std::make_shared<BytesInMemory>(file), "model.safetensors"));
    const std::filesystem::path nowhere = "/nonexistent";
    std::vector<std::string> warnings;
    const Source source{config, nowhere, tensors, warnings};
    auto format = recognize_gptq(source);
    if (!format) format = recognize_mlx(source);
    if (!format) {
      refuse_unknown_quantization(source);
    } else {
      read_all(*format, *tensors);
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a refusal is what is wanted
  }
  return 0;
}
