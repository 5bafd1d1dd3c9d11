// What a step brings back: which parts of which buffers, and their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backends/webgpu/machine.hpp"

namespace gerbil::webgpu {

// Elements in a row of the graph's output.
std::size_t row_width(const Machine& machine);

// Appends these rows of a buffer, each of `width` elements.
void add_rows(const gpu::Buffer& buffer, std::size_t width, std::span<const std::int32_t> rows,
              std::vector<gpu::Range>& ranges);

// The next `count` numbers of a readback, which begin at a multiple of their size.
template <typename T>
std::span<const T> take(std::span<const std::byte>& bytes, std::size_t count) {
  const std::span<const T> numbers(reinterpret_cast<const T*>(bytes.data()), count);
  bytes = bytes.subspan(count * sizeof(T));
  return numbers;
}

}  // namespace gerbil::webgpu
