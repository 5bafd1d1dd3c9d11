#include "gpu/adapters.hpp"

#include <algorithm>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::gpu {

std::string subgroup_text(std::uint32_t smallest, std::uint32_t largest) {
  return smallest == largest ? std::format("{} wide", largest) : std::format("{} to {} wide", smallest, largest);
}

MatrixShape best_matrix(std::span<const MatrixShape> shapes) {
  MatrixShape best;
  for (const MatrixShape& shape : shapes) {
    const auto [m, n, k] = shape;
    const bool fits = m != 0 && n != 0 && k != 0 && 32 % m == 0 && 32 % n == 0 && 32 % k == 0;
    // The largest product of a fitting shape does the most work an instruction.
    if (fits && m * n * k > best.m * best.n * best.k) best = shape;
  }
  return best;
}

std::uint64_t buffer_bytes(const Capabilities& device, std::uint64_t bytes, std::string_view label) {
  const std::uint64_t size = std::max<std::uint64_t>((bytes + 3) / 4 * 4, 16);
  if (size > device.max_buffer_bytes)
    throw Error(ErrorCode::out_of_memory, std::format("{} needs a buffer of {} bytes, but {} allows at most {}.", label,
                                                      size, device.name, device.max_buffer_bytes));
  return size;
}

}  // namespace gerbil::gpu
