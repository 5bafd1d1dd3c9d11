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
  bool whole_texts = false;       // the op needs every token of a sequence in the step
  bool chunks = false;            // the op takes chunks of a sequence: some must be longer than one
};

const std::vector<Case>& op_cases();

// Two steps in which three sequences of unequal lengths prefill, decode and continue, over scattered pages.
std::vector<TestBatch> ragged_steps();
// Two steps of whole sequences, for ops that remember nothing.
std::vector<TestBatch> whole_steps();
// Prompts of several chunks, cut and not cut, beside decoded tokens; one of a single token, and one in a slot that
// another sequence has left.
std::vector<TestBatch> chunk_steps();
// Those that suit the case.
std::vector<TestBatch> steps_of(const Case& test);
// Of a program that runs them.
inline constexpr std::int32_t case_tokens = 256, case_slots = 8;

}  // namespace gerbil::test
