// Arithmetic on sizes that came from a file: overflow is an answer, not an accident.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace gerbil {

inline std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The number of elements of a tensor of this shape; empty on overflow.
inline std::optional<std::uint64_t> checked_product(std::span<const std::int64_t> shape) {
  std::uint64_t product = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    const auto next = checked_multiply(product, static_cast<std::uint64_t>(extent));
    if (!next) return std::nullopt;
    product = *next;
  }
  return product;
}

}  // namespace gerbil
