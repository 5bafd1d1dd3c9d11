#include "base/thread_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace gerbil {
namespace {

TEST(ThreadPool, RunsEveryIndexOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (const std::size_t count : {0u, 1u, 2u, 7u, 1000u}) {
      std::vector<std::atomic<int>> runs(count);
      pool.run(count, [&](std::size_t index, std::size_t thread) {
        EXPECT_LT(thread, static_cast<std::size_t>(threads));
        ++runs[index];
      });
      for (const auto& run : runs) EXPECT_EQ(run, 1);
    }
  }
}

TEST(ThreadPool, ManyShortLoops) {
  ThreadPool pool(3);
  std::vector<long> sums(64, 0);
  for (int round = 0; round < 2000; ++round) {
    pool.run(sums.size(), [&](std::size_t index, std::size_t) { sums[index] += static_cast<long>(index); });
  }
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], 2000 * static_cast<long>(i));
}

}  // namespace
}  // namespace gerbil
