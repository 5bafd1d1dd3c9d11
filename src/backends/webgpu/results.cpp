#include "backends/webgpu/results.hpp"

namespace gerbil::webgpu {

std::size_t row_width(const Machine& machine) { return static_cast<std::size_t>(machine.width(machine.graph.output)); }

void add_rows(const gpu::Buffer& buffer, std::size_t width, std::span<const std::int32_t> rows,
              std::vector<gpu::Range>& ranges) {
  const std::uint64_t bytes = width * sizeof(float);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && rows[i] == rows[i - 1] + 1)
      ranges.back().bytes += bytes;  // one copy for neighbours
    else
      ranges.push_back({buffer, static_cast<std::uint64_t>(rows[i]) * bytes, bytes});
  }
}

}  // namespace gerbil::webgpu
