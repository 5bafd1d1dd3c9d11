// Work that is the same for every row of a value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/thread_pool.hpp"

namespace gerbil::cpu {

// Calls body(row, thread) for every row in [0, rows). Few rows go to the threads one by one, many in runs of up to 32:
// handing out a row costs as much as normalising it, and neighbours write to the same cache lines of the KV cache.
template <typename Body>
void for_each_row(ThreadPool& pool, std::int64_t rows, const Body& body) {
  const std::int64_t run = std::clamp<std::int64_t>(rows / (8 * pool.size()), 1, 32);
  pool.run(static_cast<std::size_t>((rows + run - 1) / run), [&](std::size_t index, std::size_t thread) {
    const std::int64_t first = static_cast<std::int64_t>(index) * run;
    for (std::int64_t row = first; row < std::min(rows, first + run); ++row) body(row, thread);
  });
}

}  // namespace gerbil::cpu
