#include "backends/null/compile.hpp"

#include <gtest/gtest.h>

#include "backends/cases.hpp"

namespace gerbil::test {
namespace {

TEST(Null, PlansEveryCaseAndComputesNothing) {
  for (const Case& test : op_cases()) {
    TestGraph g;
    test.build(g);
    ProgramOptions options;
    options.kv_tokens = 33;
    const auto program = null::compile(g.graph, options);
    const TestBatch step = ragged_steps().front();
    const StepResult result = run(*program, step);
    EXPECT_EQ(result.rows, std::vector<float>(step.outputs.size() * g.graph.value(g.graph.output).width)) << test.name;
    std::int64_t bytes = 0;
    for (const graph::Pages& pages : g.graph.pages) bytes += std::int64_t{64} * 2 * 2 * pages.kv_heads * pages.head_dim;
    EXPECT_EQ(program->info().kv_bytes, bytes) << test.name;
  }
}

}  // namespace
}  // namespace gerbil::test
