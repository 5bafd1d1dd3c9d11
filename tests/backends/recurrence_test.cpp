#include "backends/recurrence.hpp"

#include <algorithm>

namespace gerbil::test {
namespace {

const std::vector<std::vector<std::int32_t>> no_pages(3);

}  // namespace

Recurrence::Recurrence() {
  graph::DeltaNet op{.key_heads = 2, .value_heads = 4, .key_dim = 16, .value_dim = 20, .taps = 4};
  op.slot = append(graph_.graph.slots, {op.slot_elements()});
  graph_.graph.step_multiple = graph::delta_net_chunk;
  op.convolution = graph_.vector(op.channels() * op.taps);
  op.decay = graph_.vector(op.value_heads);
  op.time_bias = graph_.vector(op.value_heads);
  op.norm = graph_.vector(op.value_dim);
  const auto values = static_cast<std::int32_t>(op.values());
  graph_.finish(graph_.node(op, {graph_.input(static_cast<std::int32_t>(op.columns()))}, values));
}

std::unique_ptr<Program> Recurrence::compile(int threads) const {
  ProgramOptions options;
  options.threads = threads;
  options.max_tokens = options.max_outputs = 256;
  options.slots = 8;
  return GetParam()(graph_.graph, graph_.source(), options, {});
}

std::vector<float> Recurrence::run(Program& program, const std::vector<std::int32_t>& chunks, bool company) const {
  const auto ids = random_tokens(203, 11);
  const auto others = random_tokens(210, 12);
  const auto width = graph_.graph.value(graph_.graph.output).width;
  std::vector<float> rows;
  std::int32_t at = 0;
  std::int32_t other = 0;
  const auto add = [&](std::int32_t count, Phase phase) {
    std::vector<TestBatch::Part> parts;
    if (company) {
      parts.push_back({1, other, std::vector(others.begin() + other, others.begin() + other + 30), Phase::prompt});
      other += 30;
    }
    parts.push_back({0, at, std::vector(ids.begin() + at, ids.begin() + at + count), phase});
    const auto found = test::run(program, TestBatch(parts, no_pages)).rows;
    rows.insert(rows.end(), found.end() - count * width, found.end());
    at += count;
  };
  for (const std::int32_t chunk : chunks) add(chunk, Phase::prompt);
  for (int i = 0; i < 3; ++i) add(1, Phase::decode);
  return rows;
}

namespace {

TEST_P(Recurrence, CutsCompanyAndThreadsChangeNoBit) {
  const auto whole = run(*compile(1), {200}, false);
  ASSERT_EQ(whole.size(), 203u * 80u);
  for (const int threads : {1, 3}) {
    const auto program = compile(threads);
    for (const auto& chunks : std::vector<std::vector<std::int32_t>>{{200}, {64, 64, 64, 8}, {128, 72}, {64, 136}}) {
      EXPECT_EQ(run(*program, chunks, false), whole) << chunks.size() << " chunks, alone, " << threads << " threads";
      EXPECT_EQ(run(*program, chunks, true), whole) << chunks.size() << " chunks, batched, " << threads << " threads";
    }
  }
}

TEST_P(Recurrence, ACopiedSlotContinuesLikeTheOriginal) {
  const auto program = compile(2);
  test::run(*program, TestBatch({{0, 0, random_tokens(70, 1)}, {1, 0, random_tokens(20, 2)}}, no_pages));
  program->copy_slot(1, 5);  // those of sequences 0 and 2
  const auto original = test::run(*program, TestBatch({{0, 70, {7}}}, no_pages)).rows;
  EXPECT_EQ(test::run(*program, TestBatch({{2, 70, {7}}}, no_pages)).rows, original);
  EXPECT_NE(test::run(*program, TestBatch({{1, 70, {7}}}, no_pages)).rows, original);
  program->copy_slot(5, 5);
  EXPECT_EQ(test::run(*program, TestBatch({{2, 71, {9}}}, no_pages)).rows,
            test::run(*program, TestBatch({{0, 71, {9}}}, no_pages)).rows);
}

TEST_P(Recurrence, EveryGuessLeavesAStateOfItsOwn) {
  const auto program = compile(2);
  const auto prompt = random_tokens(70, 1);
  const auto guesses = random_tokens(6, 4);
  const std::vector<std::int32_t> row_slots{1, 0, 2, 4, 6, 7};  // sequence 0 has slot 1
  const auto read_prompts = [&] {
    test::run(*program, TestBatch({{0, 0, prompt}, {1, 0, random_tokens(20, 2)}}, no_pages));
  };
  const auto decode = [&](std::int32_t slot, std::int32_t position, std::int32_t token) {
    TestBatch batch({{0, position, {token}}}, no_pages);
    batch.views[0].slot = slot;
    return test::run(*program, batch).rows;
  };
  std::vector<float> one_by_one;
  std::vector<std::vector<float>> next;  // after so many guesses and one
  for (std::size_t count = 1; count <= guesses.size(); ++count) {
    read_prompts();
    one_by_one.clear();
    for (std::size_t i = 0; i < count; ++i)
      one_by_one.append_range(decode(1, 70 + static_cast<std::int32_t>(i), guesses[i]));
    next.push_back(decode(1, 70 + static_cast<std::int32_t>(count), 9));
    next.back().append_range(decode(1, 71 + static_cast<std::int32_t>(count), 8));
  }
  for (const bool company : {false, true}) {
    read_prompts();
    std::vector<TestBatch::Part> parts{{0, 70, guesses, Phase::decode}};
    if (company) parts.insert(parts.begin(), {1, 20, {3}, Phase::decode});
    TestBatch batch(parts, no_pages);
    batch.views.back().row_slots = row_slots;
    auto rows = test::run(*program, batch).rows;
    rows.erase(rows.begin(), rows.end() - std::ssize(one_by_one));
    EXPECT_EQ(rows, one_by_one);
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      auto after = decode(row_slots[i], 71 + static_cast<std::int32_t>(i), 9);
      after.append_range(decode(row_slots[i], 72 + static_cast<std::int32_t>(i), 8));
      EXPECT_EQ(after, next[i]) << i;
    }
  }
}

TEST_P(Recurrence, ASequenceThatBeginsFindsZeros) {
  const auto program = compile(2);
  for (const Phase phase : {Phase::prompt, Phase::decode}) {
    const TestBatch begins({{0, 0, {5}, phase}}, no_pages);
    const auto fresh = test::run(*compile(2), begins).rows;
    test::run(*program, TestBatch({{0, 0, random_tokens(70, 1)}}, no_pages));
    EXPECT_EQ(test::run(*program, begins).rows, fresh);
  }
}

TEST_P(Recurrence, InfoCountsTheStates) {
  // 8 places of four rows of 144 channels, and four states of 16 by 20.
  EXPECT_EQ(compile(1)->info().slot_bytes, 8 * (4 * 144 + 4 * 16 * 20) * 4);
}

INSTANTIATE_TEST_SUITE_P(Cpu, Recurrence, testing::Values(Compile{cpu::compile}));

}  // namespace
}  // namespace gerbil::test
