// Of a table that stays on the host nothing is packed, and a step reads the rows of its tokens and no others.
#include "backends/host_rows.hpp"

#include <gmock/gmock.h>

namespace gerbil::test {

HostRows::HostRows() {
  const graph::WeightId table = graph_.matrix(64, 40, {});
  at(graph_.graph.weights, table).host = true;
  const graph::ValueId rows = graph_.node(graph::HostEmbedding{table, 0.5f}, {}, 40);
  graph_.finish(graph_.node(graph::Add{}, {rows, graph_.input(40)}, 40));
}

WeightSource HostRows::watched() {
  return [this, source = graph_.source()](const graph::WeightDeclaration& declaration) {
    formats::Weight weight = source(declaration);
    if (!declaration.host) return weight;
    auto& dense = std::get<formats::Dense>(weight.form);
    dense.read = [this, held = held_, read = dense.read](std::int64_t row, std::int64_t count, float* out) {
      const std::lock_guard lock(mutex_);
      for (std::int64_t i = row; i < row + count; ++i) read_.insert(i);
      read(row, count, out);
    };
    return weight;
  };
}

namespace {

TEST_P(HostRows, AreReadWhenTheyAreNeeded) {
  std::int64_t packed = 0;
  auto program = GetParam()(graph_.graph, watched(), {.threads = 2, .kv_tokens = 64, .max_tokens = 16},
                            [&](std::int64_t, std::int64_t total) { packed = total; });
  EXPECT_EQ(held_.use_count(), 2) << "the program keeps the description and, with it, the file";
  EXPECT_THAT(read_, testing::IsEmpty());
  EXPECT_EQ(packed, 64 * 40 * 4) << "of the other table";
  EXPECT_LT(program->info().weight_bytes, 2 * 64 * 40 * 4);
  const TestBatch step({{0, 0, {7, 3, 7}}, {1, 4, {60}}}, {{0}, {1}});
  const std::vector<float> rows = run(*program, step).rows;
  EXPECT_LT(normalised_error(rows, Reference(graph_).step(step)), 1e-6);
  EXPECT_THAT(read_, testing::ElementsAre(3, 7, 60));
  program.reset();
  EXPECT_EQ(held_.use_count(), 1);
}

INSTANTIATE_TEST_SUITE_P(Cpu, HostRows, testing::Values(Compile{cpu::compile}));

}  // namespace
}  // namespace gerbil::test
