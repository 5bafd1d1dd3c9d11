#include "backends/memory.hpp"

#include <thread>

namespace gerbil::test {
namespace {

TestBatch some_batch() { return {{{0, 0, random_tokens(11, 5)}}, {{1}, {2}}}; }

}  // namespace

MemoryTest::MemoryTest() : memory_(GetParam()(2)) {
  build_layer(layer_, {DType::bf16, 4, 32});
  lookup_ = layer_.graph;
  // Its last node selects the wanted rows.
  lookup_.nodes.back().inputs = lookup_.nodes.front().outputs;
  lookup_.values.back().width = lookup_.value(lookup_.nodes.front().outputs[0]).width;
}

std::unique_ptr<Program> MemoryTest::compile(const graph::Graph& graph) {
  ProgramOptions options;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = 16;
  options.max_outputs = 16;
  const auto count = [this, source = layer_.source()](const graph::WeightDeclaration& declaration) {
    ++read_;
    return source(declaration);
  };
  return memory_->compile(graph, count, options);
}

namespace {

TEST_P(MemoryTest, WeightsAreReadOnce) {
  const TestBatch batch = some_batch();
  const auto layer = compile(layer_.graph);
  const int all = std::exchange(read_, 0);
  EXPECT_EQ(all, std::ssize(layer_.graph.weights));
  const auto lookup = compile(lookup_);
  const auto again = compile(layer_.graph);
  EXPECT_EQ(read_, 0);
  EXPECT_EQ(again->info().weight_bytes, layer->info().weight_bytes);
  const auto rows = run(*layer, batch).rows;
  EXPECT_EQ(run(*again, batch).rows, rows) << "pages are a program's own";
  const auto looked_up = run(*lookup, batch).rows;
  EXPECT_NE(looked_up, rows);
  memory_ = GetParam()(1);
  EXPECT_EQ(run(*compile(lookup_), batch).rows, looked_up) << "the same as in a memory of its own";
}

TEST_P(MemoryTest, WeightsGoWithTheirLastProgram) {
  auto layer = compile(layer_.graph);
  const auto lookup = compile(lookup_);
  const int all = std::exchange(read_, 0);
  layer.reset();
  compile(lookup_);
  EXPECT_EQ(read_, 0) << "the lookup still has them";
  EXPECT_EQ(all, std::ssize(layer_.graph.weights));
}

TEST_P(MemoryTest, ProgramsOfSeveralThreadsTakeTurns) {
  const TestBatch batch = some_batch();
  const auto layer = compile(layer_.graph);
  const auto lookup = compile(lookup_);
  const auto rows = run(*layer, batch).rows;
  const auto looked_up = run(*lookup, batch).rows;
  std::thread other([&] {
    for (int i = 0; i < 20; ++i) EXPECT_EQ(run(*lookup, batch).rows, looked_up);
    compile(layer_.graph).reset();
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(run(*layer, batch).rows, rows);
  other.join();
}

INSTANTIATE_TEST_SUITE_P(Cpu, MemoryTest, testing::Values(OpenMemory{cpu::open}));

}  // namespace
}  // namespace gerbil::test
