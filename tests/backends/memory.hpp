// What programs of one memory share, the same on every backend; each instantiates the suite.
#pragma once

#include <gtest/gtest.h>

#include "backends/reference.hpp"

namespace gerbil::test {

using OpenMemory = std::shared_ptr<Memory> (*)(int threads);

class MemoryTest : public testing::TestWithParam<OpenMemory> {
 protected:
  MemoryTest();
  // Counts the weights that are read.
  std::unique_ptr<Program> compile(const graph::Graph& graph);

  TestGraph layer_;
  graph::Graph lookup_;  // names the layer's table alone
  std::shared_ptr<Memory> memory_;
  int read_ = 0;
};

}  // namespace gerbil::test
