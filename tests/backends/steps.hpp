// What a step is, the same on every backend; each instantiates the suite.
#pragma once

#include <gtest/gtest.h>

#include "backends/reference.hpp"

namespace gerbil::test {

using Compile = std::unique_ptr<Program> (*)(graph::Graph, const WeightSource&, const ProgramOptions&, const Progress&);

class Steps : public testing::TestWithParam<Compile> {
 protected:
  // Rows of logits without structure; steps of at most 16 tokens, 2 sequences and 5 wanted rows.
  static constexpr std::int32_t vocabulary = 1000;
  Steps();
  TestBatch batch(std::int32_t tokens, std::uint32_t seed) const;
  std::vector<float> logits(const TestBatch& batch, std::int32_t row) const;

  TestGraph graph_;
  graph::WeightId table_;
  std::unique_ptr<Program> program_;
};

}  // namespace gerbil::test
