// What holds of rows that come with a batch, and of those that a graph hands over, the same on every backend; each
// instantiates the suite.
#pragma once

#include <gtest/gtest.h>

#include "backends/steps.hpp"

namespace gerbil::test {

// x = embedding(token) + input, which is handed over; the output is x + x.
class HandedRows : public testing::TestWithParam<Compile> {
 protected:
  static constexpr std::int32_t width = 40;
  HandedRows();

  TestGraph graph_;
  graph::WeightId table_;
};

}  // namespace gerbil::test
