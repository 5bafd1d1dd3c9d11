// The table of op parity: one graph for each op, shape and weight form, with the error allowed. Every backend runs it
// against Reference.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backends/reference.hpp"

namespace gerbil::test {

struct Case {
  std::string name;
  std::function<void(TestGraph&)> build;
  double tolerance = 1e-5;        // normalised error
  double exact_tolerance = 1e-5;  // with ProgramOptions::exact
};

const std::vector<Case>& op_cases();

// Two steps in which three sequences of unequal lengths prefill, decode and continue, over scattered pages.
std::vector<TestBatch> ragged_steps();

}  // namespace gerbil::test
