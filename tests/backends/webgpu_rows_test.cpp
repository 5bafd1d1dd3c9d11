// A decoded row is the same, bit for bit, alone and among any number of others.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/reference.hpp"

namespace gerbil::test {
namespace {

constexpr std::int32_t most_rows = 66;
// Of one row, of a few, of several and of dozens, where tiles of them end and where the next begin.
constexpr std::int32_t companies[] = {2, 5, 8, 9, 16, 17, 33, 64, 65};

struct Product {
  std::string name;
  std::int32_t columns;
  std::int32_t rows;
  Form form;
  graph::Linear options = {};
  bool norm = false;
  bool everything = false;  // bias and residual
};

std::vector<Product> products() {
  const auto affine = [](int bits, int group, bool act_order = false) {
    return Form{DType::f16, bits, group, act_order};
  };
  const graph::Linear silu{.activation = graph::Activation::silu};
  const graph::Linear gated{.activation = graph::Activation::silu, .gated = true};
  // More columns than the lanes of a team take at once, more and fewer rows than a workgroup has, and rows from which
  // on workgroups are of another shape.
  return {{"f32", 140, 33, {}},
          {"f32_everything", 300, 50, {}, silu, true, true},
          {"f16", 392, 70, {DType::f16}, {}, true},
          {"bf16_gated", 264, 70, {DType::bf16}, gated, true},
          {"2bit", 1056, 40, affine(2, 32)},
          {"4bit", 1056, 40, affine(4, 32)},
          {"4bit_group8", 640, 40, affine(4, 8)},
          {"4bit_group40", 640, 40, affine(4, 40), {}, true},
          {"5bit_group16", 640, 40, affine(5, 16)},
          {"6bit", 640, 40, affine(6, 32), gated, true},
          {"4bit_long", 3072, 24, affine(4, 64), {}, false, true},
          {"4bit_everything", 640, 100, affine(4, 32), silu, true, true},
          {"4bit_gated", 352, 72, affine(4, 32), gated, true, true},
          {"4bit_act_order", 320, 48, affine(4, 32, true), {}, true},
          {"8bit", 416, 70, affine(8, 32), {.softcap = 0.5f}, true},
          {"8bit_act_order", 120, 32, affine(8, 24, true), {}, false, true},
          {"4bit_wide", 96, 4100, affine(4, 32), {}, true},
          {"4bit_wide_gated", 64, 2080, affine(4, 32), gated, true},
          {"4bit_vocabulary", 64, 16400, affine(4, 32), {}, true}};
}

graph::ValueId build(TestGraph& g, const Product& product, std::vector<graph::ValueId> inputs, graph::Rows rows) {
  graph::Linear op = product.options;
  const std::int32_t packed = op.gated ? 2 * product.rows : product.rows;
  op.weight = g.matrix(packed, product.columns, product.form, 1.0f / std::sqrt(static_cast<float>(product.columns)));
  if (product.norm) op.norm = g.vector(product.columns);
  op.epsilon = 1e-6f;
  if (product.everything) op.bias = g.vector(packed);
  return g.node(op, std::move(inputs), product.rows, rows);
}

struct Variant {
  std::string name;
  std::vector<Feature> without;
};

class WebGpuRows : public testing::TestWithParam<std::tuple<Product, Variant>> {};

std::vector<std::vector<std::int32_t>> page_of_each() {
  std::vector<std::vector<std::int32_t>> pages;
  for (std::int32_t row = 0; row < most_rows; ++row) pages.push_back({row});
  return pages;
}

std::unique_ptr<Program> compile(const TestGraph& g, const std::vector<Feature>& without) {
  ProgramOptions options;
  options.without = without;
  options.kv_tokens = most_rows * kv_block_tokens;
  options.max_tokens = 70;
  options.max_outputs = 70;
  options.max_sequences = most_rows;
  return webgpu::compile(g.graph, g.source(), options);
}

// Of the sequences [first, first + count), the row of a token of each, its number.
std::vector<float> rows(Program& program, std::int32_t first, std::int32_t count) {
  std::vector<TestBatch::Part> parts;
  for (std::int32_t row = first; row < first + count; ++row) parts.push_back({row, 0, {row}, Phase::decode});
  return run(program, TestBatch(parts, page_of_each())).rows;
}

void expect_equal_in_any_company(Program& program) {
  std::vector<float> alone;
  for (std::int32_t row = 0; row < most_rows; ++row) alone.append_range(rows(program, row, 1));
  const auto width = static_cast<std::int64_t>(alone.size()) / most_rows;
  for (const float value : alone) ASSERT_TRUE(std::isfinite(value));
  EXPECT_NE(std::vector(alone.begin(), alone.begin() + width), std::vector(alone.end() - width, alone.end()));
  for (const std::int32_t count : companies)
    for (const std::int32_t first : {0, most_rows - count})
      EXPECT_EQ(rows(program, first, count),
                std::vector(alone.begin() + first * width, alone.begin() + (first + count) * width))
          << count << " rows from " << first;
}

TEST_P(WebGpuRows, CompanyChangesNoBitOfAProduct) {
  const auto& [product, variant] = GetParam();
  TestGraph g;
  std::vector<graph::ValueId> inputs{g.input(product.columns, most_rows)};
  if (product.everything) inputs.push_back(g.input(product.rows, most_rows));
  g.finish(build(g, product, std::move(inputs), graph::Rows::tokens));
  expect_equal_in_any_company(*compile(g, variant.without));
}

INSTANTIATE_TEST_SUITE_P(
    WebGpu, WebGpuRows,
    testing::Combine(testing::ValuesIn(products()),
                     testing::Values(Variant{"every_feature", {}}, Variant{"no_subgroups", {Feature::subgroups}})),
    [](const auto& suffix) { return std::get<0>(suffix.param).name + "_" + std::get<1>(suffix.param).name; });

// The head of a model runs for the wanted rows.
TEST(WebGpuWantedRows, CompanyChangesNoBit) {
  const Product head{"head", 160, 200, {DType::f16, 4, 32}, {}, true};
  TestGraph g;
  const graph::ValueId wanted =
      g.node(graph::SelectRows{}, {g.input(head.columns, most_rows)}, head.columns, graph::Rows::outputs);
  g.graph.output = build(g, head, {wanted}, graph::Rows::outputs);
  expect_equal_in_any_company(*compile(g, {}));
}

// A sequence of few pages attends with another kernel when one of many is beside it.
TEST(WebGpuReach, ALongerSequenceChangesNoBit) {
  for (const std::int32_t head_dim : {64, 256}) {
    TestGraph g;
    const graph::PagesId pages = append(g.graph.pages, {2, head_dim});
    g.sink(graph::Write{pages}, {g.input(2 * head_dim), g.input(2 * head_dim)});
    g.finish(g.node(graph::Attend{pages, 4, 0.3f}, {g.input(4 * head_dim)}, 4 * head_dim));
    const std::vector<std::vector<std::int32_t>> tables{{0, 9, 1, 8, 2, 7, 3},
                                                        {20, 21, 22, 23, 24, 25, 26, 27, 28, 29}};
    const auto program = compile(g, {});
    for (const std::int32_t sequence : {0, 1})
      for (std::int32_t at = 0; at < (sequence == 0 ? 200 : 290); at += 50)
        run(*program, TestBatch({{sequence, at, random_tokens(sequence == 0 || at < 250 ? 50 : 40, 1)}}, tables));
    const TestBatch::Part near{0, 200, {5}};
    const TestBatch::Part far{1, 290, {6}};
    const auto alone = run(*program, TestBatch({near}, tables)).rows;
    auto together = run(*program, TestBatch({near, far}, tables)).rows;
    together.resize(alone.size());
    EXPECT_EQ(together, alone) << head_dim;
  }
}

}  // namespace
}  // namespace gerbil::test
