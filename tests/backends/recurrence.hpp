// What holds of the states of recurrent layers, the same on every backend; each instantiates the suite.
#pragma once

#include <gtest/gtest.h>

#include "backends/steps.hpp"

namespace gerbil::test {

class Recurrence : public testing::TestWithParam<Compile> {
 protected:
  Recurrence();
  std::unique_ptr<Program> compile(int threads) const;
  // Rows of sequence 0, whose prompt of 200 tokens comes in chunks of these sizes, and of the 3 tokens that it decodes
  // then; beside another sequence or not.
  std::vector<float> run(Program& program, const std::vector<std::int32_t>& chunks, bool company) const;

  TestGraph graph_;
};

}  // namespace gerbil::test
