// Any bytes as a safetensors file. Whatever parses must be readable.
#include "formats/safetensors.hpp"

#include <algorithm>
#include <cstdint>

#include "gerbil/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file =
        std::make_shared<gerbil::BytesInMemory>(std::span(reinterpret_cast<const std::byte*>(data), size));
    for (const auto& tensor : gerbil::formats::parse_safetensors(file, "x")) {
      if (std::ranges::find(gerbil::formats::floating_dtypes, tensor.dtype) == gerbil::formats::floating_dtypes.end()) {
        continue;
      }
      const std::size_t count = tensor.size / gerbil::size_of(tensor.dtype);
      std::vector<float> values(count);
      gerbil::formats::read_numbers(tensor, 0, static_cast<std::int64_t>(count), values.data());
    }
  } catch (const gerbil::Error&) {  // NOLINT(bugprone-empty-catch): a refusal is what is wanted
  }
  return 0;
}
