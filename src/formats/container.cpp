#include "formats/container.hpp"

#include <algorithm>
#include <array>

#include "formats/safetensors.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {

const Container& container_of(const std::filesystem::path& path) {
  static constexpr std::array containers{Container{".safetensors", parse_safetensors}};
  const auto found = std::ranges::find(containers, path.extension().string(), &Container::extension);
  if (found != containers.end()) return *found;
  throw Error(ErrorCode::unsupported,
              "'" + path.string() + "' is no file of tensors that gerbil reads; it reads .safetensors files.");
}

}  // namespace gerbil::formats
