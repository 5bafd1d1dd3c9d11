#include "backends/cpu/ceilings.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "base/thread_pool.hpp"
#include "kernels/cpu/buffer.hpp"
#include "kernels/cpu/probe.hpp"

namespace gerbil::cpu {
namespace {

constexpr int rounds = 8;

// The largest of several measurements of amount() per second.
template <typename Amount>
double best_rate(const Amount& amount) {
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const double done = amount();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best = std::max(best, done / seconds.count());
  }
  return best;
}

}  // namespace

Ceilings measure_ceilings(int threads) {
  ThreadPool pool(threads);
  std::atomic<std::uint64_t> sink = 0;  // what the loops compute goes somewhere, or they would be left out
  Ceilings ceilings;

  constexpr std::size_t size = 256u << 20;  // larger than the caches of any machine gerbil is for
  constexpr std::size_t part = 1u << 20;
  const kernels::Buffer memory(size, true);
  pool.run(size / part, [&](std::size_t i, std::size_t) { std::memset(memory.data() + i * part, 1, part); });
  ceilings.read_bytes_per_second = best_rate([&] {
    pool.run(size / part, [&](std::size_t i, std::size_t) {
      sink.fetch_add(kernels::read_bytes(memory.data() + i * part, part), std::memory_order_relaxed);
    });
    return static_cast<double>(size);
  });

  const auto arithmetic_rate = [&]<typename T>(std::int64_t (*multiply)(std::int64_t, T*)) {
    return best_rate([&] {
      constexpr std::int64_t iterations = 1 << 18;
      std::atomic<std::int64_t> operations = 0;
      pool.run(4 * static_cast<std::size_t>(pool.size()), [&](std::size_t i, std::size_t) {
        auto value = static_cast<T>(i + 1);
        operations.fetch_add(multiply(iterations, &value), std::memory_order_relaxed);
        sink.fetch_add(static_cast<std::uint64_t>(value), std::memory_order_relaxed);
      });
      return static_cast<double>(operations.load());
    });
  };
  ceilings.int8_operations_per_second = arithmetic_rate(kernels::multiply_bytes);
  ceilings.float_operations_per_second = arithmetic_rate(kernels::multiply_floats);
  return ceilings;
}

}  // namespace gerbil::cpu
