// What programs of one memory or one backend share, the same on every backend; each instantiates the suite.
#pragma once

#include <gtest/gtest.h>

#include <atomic>

#include "backends/reference.hpp"

namespace gerbil::test {

using OpenBackend = std::shared_ptr<Backend> (*)(int threads);

class MemoryTest : public testing::TestWithParam<OpenBackend> {
 protected:
  MemoryTest();
  // Counts the weights that are read.
  std::unique_ptr<Program> compile(const graph::Graph& graph) { return compile(*memory_, graph); }
  std::unique_ptr<Program> compile(Memory& memory, const graph::Graph& graph);

  TestGraph layer_;
  graph::Graph lookup_;  // names the layer's table alone
  std::shared_ptr<Backend> backend_;
  std::shared_ptr<Memory> memory_;
  std::atomic<int> read_ = 0;
};

}  // namespace gerbil::test
