#include "backends/memory.hpp"

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "backends/turns.hpp"

namespace gerbil::test {
namespace {

TestBatch some_batch() { return {{{0, 0, random_tokens(11, 5)}}, {{1}, {2}}}; }

}  // namespace

MemoryTest::MemoryTest() : backend_(GetParam()(2)), memory_(backend_->memory()) {
  build_layer(layer_, {DType::bf16, 4, 32});
  lookup_ = layer_.graph;
  // Its last node selects the wanted rows.
  lookup_.nodes.back().inputs = lookup_.nodes.front().outputs;
  lookup_.values.back().width = lookup_.value(lookup_.nodes.front().outputs[0]).width;
}

std::unique_ptr<Program> MemoryTest::compile(Memory& memory, const graph::Graph& graph) {
  ProgramOptions options;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = 16;
  options.max_outputs = 16;
  const auto count = [this, source = layer_.source()](const graph::WeightDeclaration& declaration) {
    ++read_;
    return source(declaration);
  };
  return memory.compile(graph, count, options);
}

namespace {

TEST_P(MemoryTest, WeightsAreReadOnce) {
  const TestBatch batch = some_batch();
  const auto layer = compile(layer_.graph);
  const int all = read_.exchange(0);
  EXPECT_EQ(all, std::ssize(layer_.graph.weights));
  const auto lookup = compile(lookup_);
  const auto again = compile(layer_.graph);
  EXPECT_EQ(read_, 0);
  EXPECT_EQ(again->info().weight_bytes, layer->info().weight_bytes);
  const auto rows = run(*layer, batch).rows;
  EXPECT_EQ(run(*again, batch).rows, rows) << "pages are a program's own";
  const auto looked_up = run(*lookup, batch).rows;
  EXPECT_NE(looked_up, rows);
  memory_ = GetParam()(1)->memory();
  EXPECT_EQ(run(*compile(lookup_), batch).rows, looked_up) << "the same as in a memory of its own";
}

TEST_P(MemoryTest, WeightsGoWithTheirLastProgram) {
  auto layer = compile(layer_.graph);
  const auto lookup = compile(lookup_);
  const int all = read_.exchange(0);
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

// A second model that loads, runs and goes again and again beside one that runs.
TEST_P(MemoryTest, ModelsOfOneBackendAreApart) {
  const TestBatch batch = some_batch();
  const auto layer = compile(layer_.graph);
  const int all = read_.exchange(0);
  const auto rows = run(*layer, batch).rows;
  std::thread other([&] {
    for (int i = 0; i < 4; ++i) {
      const auto memory = backend_->memory();
      const auto mine = compile(*memory, layer_.graph);
      EXPECT_EQ(run(*mine, batch).rows, rows);
    }
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(run(*layer, batch).rows, rows);
  other.join();
  EXPECT_EQ(read_, 4 * all) << "each has weights of its own";
  EXPECT_TRUE(backend_->usable());
}

TEST(Turns, GoToWhoHasWaitedLongest) {
  Turns turns;
  std::vector<int> order;
  std::vector<std::thread> threads;
  std::unique_lock first(turns);
  for (int i = 0; i < 4; ++i) {
    std::atomic<bool> comes = false;
    threads.emplace_back([&, i] {
      comes = true;
      const std::lock_guard turn(turns);
      order.push_back(i);
    });
    while (!comes) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // until it waits
  }
  EXPECT_FALSE(turns.try_lock());
  first.unlock();
  // Whoever comes now comes after all four.
  const std::lock_guard last(turns);
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(Cpu, MemoryTest, testing::Values(OpenBackend{cpu::open}));

}  // namespace
}  // namespace gerbil::test
