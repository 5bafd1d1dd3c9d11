// Every op on the adapter of this machine against the reference, with each variant of its shaders: those for the
// adapter's features and those for adapters without them.
#include <gtest/gtest.h>

#include "backends/cases.hpp"
#include "gerbil/error.hpp"

namespace gerbil::test {
namespace {

// f16 products keep eleven bits of each factor.
constexpr double half_precision = 1e-3;

struct Variant {
  std::string name;
  std::vector<Feature> without;
  bool exact;
};

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all{{"every_feature", {}, false},
                                        {"exact", {}, true},
                                        {"no_matrices", {Feature::subgroup_matrix}, false},
                                        {"no_f16", {Feature::shader_f16}, false},
                                        {"no_subgroups", {Feature::subgroups}, false},
                                        {"no_subgroups_exact", {Feature::subgroups}, true}};
  return all;
}

ProgramOptions small_options() {
  ProgramOptions options;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = case_tokens;
  options.max_outputs = case_tokens;
  options.slots = case_slots;
  options.max_sequences = 8;
  return options;
}

// Only projections have kernels of their own for adapters with and without f16.
bool matters(const Case& test, const Variant& variant) {
  const bool projection = test.name.starts_with("linear") || test.name == "tied_head" || test.name == "shared_input";
  return projection || (variant.name != "no_f16" && variant.name != "no_matrices");
}

std::vector<std::tuple<Case, Variant>> parameters() {
  std::vector<std::tuple<Case, Variant>> all;
  for (const Case& test : op_cases())
    for (const Variant& variant : variants())
      if (matters(test, variant)) all.emplace_back(test, variant);
  return all;
}

class WebGpuOpParity : public testing::TestWithParam<std::tuple<Case, Variant>> {};

TEST_P(WebGpuOpParity, MatchesReference) {
  const auto& [test, variant] = GetParam();
  TestGraph g;
  test.build(g);
  ProgramOptions options = small_options();
  options.without = variant.without;
  options.exact = variant.exact;
  const auto program = webgpu::compile(g.graph, g.source(), options);
  Reference reference(g);
  for (const TestBatch& step : steps_of(test)) {
    const double error = normalised_error(run(*program, step).rows, reference.step(step));
    EXPECT_LE(error, variant.exact ? test.exact_tolerance : std::max(test.exact_tolerance, half_precision));
  }
}

INSTANTIATE_TEST_SUITE_P(WebGpu, WebGpuOpParity, testing::ValuesIn(parameters()), [](const auto& suffix) {
  return std::get<0>(suffix.param).name + "_" + std::get<1>(suffix.param).name;
});

// The rows of every case whose weights are cut to bindings of 8 KiB are those of the whole weights, bit for bit.
TEST(WebGpuBindings, WeightsLargerThanABindingAreSplit) {
  int split = 0;
  for (const Case& test : op_cases()) {
    if (!test.name.starts_with("linear") && !test.name.starts_with("embedding") && test.name != "tied_head") continue;
    SCOPED_TRACE(test.name);
    TestGraph g;
    test.build(g);
    ProgramOptions options = small_options();
    options.exact = true;
    const auto whole = webgpu::compile(g.graph, g.source(), options);
    options.max_binding_bytes = 8192;
    const auto parts = webgpu::compile(g.graph, g.source(), options);
    split += parts->info().dispatches_per_token > whole->info().dispatches_per_token;
    for (const TestBatch& step : steps_of(test)) EXPECT_EQ(run(*parts, step).rows, run(*whole, step).rows);
  }
  EXPECT_GT(split, 10);
}

TEST(WebGpuBindings, AWeightWhoseRowsExceedABindingIsRefused) {
  TestGraph g;
  g.finish(g.input(128));
  ProgramOptions options = small_options();
  options.max_binding_bytes = 512;
  try {
    webgpu::compile(g.graph, g.source(), options);
    FAIL() << "two rows of 512 bytes fitted in a binding of 512";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_NE(std::string(error.what()).find("at most 512 bytes"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gerbil::test
