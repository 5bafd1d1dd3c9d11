// The integer kernels by themselves: exact sums at the extremes, on every instruction set.
#include "kernels/cpu/coded.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/cpu/targets.hpp"

namespace gerbil::kernels {
namespace {

constexpr std::int64_t columns = 256;
constexpr std::int64_t tokens = 13;  // blocks of several sizes

struct Problem {
  int bits;
  int group;
  std::vector<std::uint8_t> codes = std::vector<std::uint8_t>(panel_rows * columns);
  std::vector<std::int8_t> x = std::vector<std::int8_t>(tokens * columns);
  std::vector<float> scales, biases;
  std::vector<GroupFactors> factors;

  Problem(int b, int g) : bits(b), group(g) {
    scales.assign(panel_rows * columns / group, 0.5f);
    biases.assign(panel_rows * columns / group, -1.25f);
    factors.assign(tokens * columns / activation_group(), {0.25f, 1.0f});
  }

  CodedPanels layout() const {
    CodedPanels panels;
    panels.bits = bits == 7 ? 8 : bits;
    panels.eighth_bit = bits == 8;
    panels.group = group;
    panels.parameter = Element::f32;
    panels.rows = panel_rows;
    panels.columns = columns;
    return panels;
  }
  int activation_group() const { return layout().activation_group(); }

  std::vector<float> run(std::int64_t first, std::int64_t count) const {
    CodedPanels panels = layout();
    std::vector<std::uint8_t> packed(static_cast<std::size_t>(panels.panel_code_bytes()));
    std::vector<float> parameters(static_cast<std::size_t>(panels.panel_parameters()));
    panels.codes = packed.data();
    panels.parameters = parameters.data();
    pack_codes(panels, 0, codes.data());
    pack_parameters(panels.groups(), scales.data(), biases.data(), parameters.data());
    std::vector<float> out(static_cast<std::size_t>(count * panel_rows));
    coded_panel(panels, 0, x.data() + first * columns, factors.data() + first * panels.activation_groups(), count,
                out.data());
    return out;
  }

  double expected(std::int64_t token, std::int64_t row) const {
    double sum = 0;
    const std::int64_t groups = columns / group;
    const std::int64_t parts = group / activation_group();
    for (std::int64_t part = 0; part < groups * parts; ++part) {
      std::int64_t dot = 0;
      for (std::int64_t i = part * activation_group(); i < (part + 1) * activation_group(); ++i) {
        dot += codes[row * columns + i] * x[token * columns + i];
      }
      const GroupFactors& f = factors[token * groups * parts + part];
      const std::int64_t g = row * groups + part / parts;
      sum += double{scales[g]} * f.scale * static_cast<double>(dot);
      if (part % parts == parts - 1) sum += double{biases[g]} * f.sum;
    }
    return sum;
  }
};

class CodedKernel : public testing::TestWithParam<Target> {
 protected:
  void SetUp() override { use_target(GetParam()); }
  void TearDown() override { use_target(Target::best); }
};

TEST_P(CodedKernel, LargestCodesDoNotSaturate) {
  for (const int bits : {2, 3, 4, 5, 6, 7, 8}) {
    for (const int group : {16, 32, 64, 128}) {
      if (group % block_columns(bits) != 0) continue;
      for (const int x : {127, -127}) {
        Problem problem(bits, group);
        std::fill(problem.codes.begin(), problem.codes.end(), static_cast<std::uint8_t>((1 << bits) - 1));
        std::fill(problem.x.begin(), problem.x.end(), static_cast<std::int8_t>(x));
        for (const float value : problem.run(0, tokens)) {
          ASSERT_EQ(value, problem.expected(0, 0)) << bits << " bits, group " << group << ", x " << x;
        }
      }
    }
  }
}

TEST_P(CodedKernel, MatchesTheSumAndDoesNotDependOnTheNumberOfTokens) {
  for (const int bits : {2, 3, 4, 5, 6, 7, 8}) {
    for (const int group : {16, 32, 64, 128}) {
      if (group % block_columns(bits) != 0) continue;
      Problem problem(bits, group);
      std::uint32_t state = 1;
      const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
      for (auto& code : problem.codes) code = static_cast<std::uint8_t>(next() & ((1u << bits) - 1));
      for (auto& code : problem.x) code = static_cast<std::int8_t>(static_cast<int>(next() % 255) - 127);
      for (auto& f : problem.factors) f = {static_cast<float>(next()) * 1e-6f, static_cast<float>(next()) * 1e-3f};
      for (auto& s : problem.scales) s = static_cast<float>(next()) * 1e-5f;
      const std::vector<float> all = problem.run(0, tokens);
      for (std::int64_t token = 0; token < tokens; ++token) {
        for (std::int64_t row = 0; row < panel_rows; ++row) {
          const double expected = problem.expected(token, row);
          ASSERT_NEAR(all[token * panel_rows + row], expected, 2e-6 * std::abs(expected) + 1e-3);
        }
        const std::vector<float> alone = problem.run(token, 1);
        ASSERT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + token * panel_rows));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, CodedKernel,
                         testing::ValuesIn(available_targets().begin(), available_targets().end()));

}  // namespace
}  // namespace gerbil::kernels
