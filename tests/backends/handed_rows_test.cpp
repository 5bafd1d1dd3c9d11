#include "backends/handed_rows.hpp"

#include <gmock/gmock.h>

namespace gerbil::test {

HandedRows::HandedRows() : table_(graph_.matrix(64, width, {})) {
  const auto token = graph_.node(graph::Embedding{table_, 1.0f}, {}, width);
  const auto x = graph_.node(graph::Add{}, {token, graph_.node(graph::Input{}, {}, width)}, width);
  graph_.graph.handed = x;
  graph_.finish(graph_.node(graph::Add{}, {x, x}, width));
}

namespace {

TEST_P(HandedRows, ComeBackByTheirPlacesInTheBatch) {
  const auto program =
      GetParam()(graph_.graph, graph_.source(), {.threads = 2, .kv_tokens = 128, .max_tokens = 16}, {});
  // Decoded tokens stand between prompts, which on a GPU run apart.
  const TestBatch step({{0, 0, {7, 3, 9}}, {1, 4, {60}}, {2, 0, {1, 2}}, {3, 5, {11}}}, {{0}, {1}, {2}, {3}});
  Batch batch = step.batch();
  std::vector<float> rows(batch.tokens.size() * width);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i);
  batch.rows = rows;
  const std::vector<std::int32_t> outputs{2, 3, 6};
  batch.outputs = outputs;
  const auto expected = [&](std::span<const std::int32_t> wanted, float factor) {
    std::vector<float> values;
    for (const std::int32_t row : wanted) {
      const auto token = batch.tokens[static_cast<std::size_t>(row)];
      for (std::int32_t i = 0; i < width; ++i)
        values.push_back(factor *
                         (static_cast<float>(graph_.dense(table_)[static_cast<std::size_t>(token * width + i)]) +
                          rows[static_cast<std::size_t>(row * width + i)]));
    }
    return values;
  };
  const std::vector<std::int32_t> all{0, 1, 2, 3, 4, 5, 6}, some{1, 2, 3, 6}, none, read{0, 2};
  for (const auto& handed : {all, some, none}) {
    program->begin(batch);
    program->choose({.chosen = {}, .sampling = {}, .read = read, .handed = handed});
    const StepResult result = program->finish();
    EXPECT_EQ(result.handed, expected(handed, 1));
    EXPECT_EQ(result.rows, expected(std::vector<std::int32_t>{2, 6}, 2));
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, HandedRows, testing::Values(Compile{cpu::compile}));

}  // namespace
}  // namespace gerbil::test
