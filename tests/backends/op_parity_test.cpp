// Every op on every instruction set of this machine against the reference.
#include <gtest/gtest.h>

#include "backends/cases.hpp"
#include "kernels/cpu/targets.hpp"

namespace gerbil::test {
namespace {

std::string target_suffix(kernels::Target target) {
  switch (target) {
    case kernels::Target::sse2:
      return "sse2";
    case kernels::Target::avx2:
      return "avx2";
    case kernels::Target::avx512_vnni:
      return "avx512_vnni";
    case kernels::Target::best:
      break;
  }
  return "best";
}

struct Parameter {
  Case test;
  kernels::Target target;
  bool exact;
};

std::vector<Parameter> parameters() {
  std::vector<Parameter> all;
  std::vector<kernels::Target> targets(kernels::available_targets().begin(), kernels::available_targets().end());
  if (targets.empty()) targets.push_back(kernels::Target::best);
  for (const Case& test : op_cases()) {
    for (const kernels::Target target : targets) {
      for (const bool exact : {false, true}) all.push_back({test, target, exact});
    }
  }
  return all;
}

class OpParity : public testing::TestWithParam<Parameter> {
 protected:
  void TearDown() override { kernels::use_target(kernels::Target::best); }
};

TEST_P(OpParity, MatchesReference) {
  const Parameter& p = GetParam();
  kernels::use_target(p.target);
  TestGraph g;
  p.test.build(g);
  ProgramOptions options;
  options.threads = 2;
  options.exact = p.exact;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = case_tokens;
  options.max_outputs = case_tokens;
  options.slots = case_slots;
  const auto program = cpu::compile(g.graph, g.source(), options);
  Reference reference(g);
  for (const TestBatch& step : steps_of(p.test)) {
    const double error = normalised_error(run(*program, step).rows, reference.step(step));
    EXPECT_LE(error, p.exact ? p.test.exact_tolerance : p.test.tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, OpParity, testing::ValuesIn(parameters()), [](const auto& suffix) {
  return suffix.param.test.name + "_" + target_suffix(suffix.param.target) + (suffix.param.exact ? "_exact" : "");
});

}  // namespace
}  // namespace gerbil::test
