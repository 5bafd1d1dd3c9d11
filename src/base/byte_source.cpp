#include "base/byte_source.hpp"

#include <algorithm>

namespace gerbil {

void BytesInMemory::read(std::uint64_t offset, std::span<std::byte> out) const {
  std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
}

}  // namespace gerbil
