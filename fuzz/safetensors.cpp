// Any bytes as a safetensors file. Whatever parses must be readable.
#include "formats/safetensors.hpp"

#include <algorithm>
#include <cstdint>

#include "gerbil/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const auto& tensor :
         gerbil::formats::parse_safetensors({reinterpret_cast<const std::byte*>(data), size}, "x")) {
      if (std::ranges::find(gerbil::formats::floating_dtypes, tensor.dtype) == gerbil::formats::floating_dtypes.end()) {
        continue;
      }
      const std::size_t count = tensor.data.size() / gerbil::size_of(tensor.dtype);
      std::vector<float> values(count);
      gerbil::formats::read_floats(tensor.data.data(), tensor.dtype, count, values.data());
    }
  } catch (const gerbil::Error&) {  // NOLINT(bugprone-empty-catch): a refusal is what is wanted
  }
  return 0;
}
