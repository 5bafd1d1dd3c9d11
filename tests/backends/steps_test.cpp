#include "backends/steps.hpp"

#include <functional>

#include "gerbil/error.hpp"

namespace gerbil::test {

Steps::Steps() : table_(graph_.matrix(64, vocabulary, {DType::bf16}, 6.0f)) {
  graph_.finish(graph_.node(graph::Embedding{table_, 1.0f}, {}, vocabulary));
  ProgramOptions options;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = 16;
  options.max_sequences = 2;
  options.max_outputs = 5;
  program_ = GetParam()(graph_.graph, graph_.source(), options, {});
}

TestBatch Steps::batch(std::int32_t tokens, std::uint32_t seed) const {
  return {{{0, 0, random_tokens(tokens, seed)}}, {{1}, {2}, {3}}};
}

std::vector<float> Steps::logits(const TestBatch& batch, std::int32_t row) const {
  const auto token = batch.tokens[static_cast<std::size_t>(batch.outputs[static_cast<std::size_t>(row)])];
  const auto begin = graph_.dense(table_).begin() + token * vocabulary;
  return {begin, begin + vocabulary};
}

namespace {

ErrorCode refusal(Program& program, const TestBatch& batch) {
  try {
    program.begin(batch.batch());
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

TEST_P(Steps, RowsAreChosenAndReadByTheirPlacesAmongTheWantedOnes) {
  TestBatch step = batch(9, 1);
  step.outputs = {1, 3, 4, 8};
  const std::vector<Sampling> sampling{{.temperature = 1.0f, .seed = 7, .adjustments = {{3, 2.0f, 5.0f}}}, {}};
  const std::vector<std::int32_t> chosen{0, 3};
  const std::vector<std::int32_t> read{0, 2, 3};
  const Batch given = step.batch();
  program_->begin(given);
  program_->choose({chosen, sampling, read});
  while (!program_->ready()) {
  }
  const StepResult result = program_->finish();
  std::vector<float> rows;
  for (const std::int32_t row : read) rows.append_range(logits(step, row));
  EXPECT_EQ(result.rows, rows) << "rows are handed back as they were before adjustments";
  std::vector<std::int32_t> tokens;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    auto row = logits(step, chosen[i]);
    tokens.push_back(sample(row, sampling[i]));
  }
  EXPECT_EQ(result.tokens, tokens);
  EXPECT_EQ(result.probabilities.size(), 2u);
}

TEST_P(Steps, AStepMayWantNothing) {
  TestBatch step = batch(9, 1);
  step.outputs.clear();
  const Batch given = step.batch();
  program_->begin(given);
  program_->choose({});
  while (!program_->ready()) {  // such steps are waited for, too
  }
  const StepResult result = program_->finish();
  EXPECT_TRUE(result.tokens.empty() && result.probabilities.empty() && result.rows.empty());
}

TEST_P(Steps, WhatExceedsTheProgramIsRefusedAndTheNextStepRuns) {
  EXPECT_EQ(refusal(*program_, batch(17, 1)), ErrorCode::invalid_argument) << "tokens";
  EXPECT_EQ(refusal(*program_, batch(6, 1)), ErrorCode::invalid_argument) << "wanted rows";
  const TestBatch crowd({{0, 0, {1}}, {1, 0, {2}}, {2, 0, {3}}}, {{1}, {2}, {3}});
  EXPECT_EQ(refusal(*program_, crowd), ErrorCode::invalid_argument) << "sequences";
  const TestBatch fits = batch(5, 2);
  EXPECT_EQ(run(*program_, fits).rows.size(), 5u * vocabulary);
}

// Two steps are in flight, and the second begins with what the first chooses.
TEST_P(Steps, TokensGoFromStepToStepUnseen) {
  std::vector<std::uint32_t> in_table((vocabulary + 31) / 32, 0);  // which has 64 rows
  in_table[0] = in_table[1] = ~0u;
  const std::vector<Sampling> greedy(4, {.mask = in_table});
  const std::vector<std::int32_t> all{0, 1, 2, 3};
  const TestBatch before = batch(4, 1);
  TestBatch after({{0, 4, {-3}}, {1, 0, {-1, 9, -4}}}, {{1}, {2}});
  const Batch first = before.batch();
  const Batch second = after.batch();
  for (const Batch* step : {&first, &second}) {
    program_->begin(*step);
    program_->choose({all, greedy, all});
  }
  const StepResult chosen = program_->finish();
  const StepResult result = program_->finish();
  ASSERT_EQ(chosen.tokens.size(), 4u);
  after.tokens = {chosen.tokens[2], chosen.tokens[0], 9, chosen.tokens[3]};
  after.sampling = greedy;
  const StepResult wanted = run(*program_, after);
  EXPECT_EQ(result.tokens, wanted.tokens);
  EXPECT_EQ(result.rows, wanted.rows);
  EXPECT_EQ(chosen.rows.size(), 4u * vocabulary);
  for (std::int32_t row = 0; row < 4; ++row)
    EXPECT_EQ(chosen.rows[static_cast<std::size_t>(row) * vocabulary + 7], logits(before, row)[7]);
}

TEST_P(Steps, AStepThatIsNotFinishedLeavesNoTrace) {
  const TestBatch dropped = batch(5, 1);
  const TestBatch step = batch(4, 2);
  const Batch first = dropped.batch();
  program_->begin(first);
  program_->begin(first);
  const StepResult result = run(*program_, step);
  std::vector<float> expected;
  for (std::int32_t row = 0; row < 4; ++row) expected.append_range(logits(step, row));
  EXPECT_EQ(result.rows, expected);
}

// A token is chosen for every wanted row, by `rules`, and compared with the reference.
void expect_reference(Program& program, TestBatch step, const std::vector<Sampling>& rules,
                      const std::function<std::vector<float>(const TestBatch&, std::int32_t)>& logits) {
  step.sampling = rules;
  const StepResult result = run(program, step);
  ASSERT_EQ(result.tokens.size(), rules.size());
  ASSERT_EQ(result.probabilities.size(), rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    SCOPED_TRACE(i);
    const std::vector<float> row = logits(step, static_cast<std::int32_t>(i));
    std::vector<float> changed = row;
    EXPECT_EQ(result.tokens[i], sample(changed, rules[i]));
    if (rules[i].alternatives < 0) {
      EXPECT_TRUE(result.probabilities[i].empty());
      continue;
    }
    const auto expected = log_probabilities(row, result.tokens[i], rules[i].alternatives);
    ASSERT_EQ(result.probabilities[i].size(), expected.size());
    for (std::size_t j = 0; j < expected.size(); ++j) {
      EXPECT_EQ(result.probabilities[i][j].token, expected[j].token) << j;
      EXPECT_NEAR(result.probabilities[i][j].log_probability, expected[j].log_probability, 1e-4) << j;
    }
  }
}

// The logits have eight bits each, so that many are equal.
TEST_P(Steps, LogProbabilitiesAreThoseOfTheRowWhateverTheTokenIsChosenBy) {
  std::vector<std::uint32_t> mask((vocabulary + 31) / 32, 0x10204081);
  const auto row = [&](const TestBatch& step, std::int32_t number) { return logits(step, number); };
  expect_reference(*program_, batch(5, 1), {{.alternatives = 0}, {}, {.alternatives = 5}, {.alternatives = 20}}, row);
  expect_reference(*program_, batch(5, 2),
                   {{.adjustments = {{7, 1.0f, 50.0f}, {9, 3.0f, 0.0f}}, .alternatives = 3},
                    {.temperature = 3.0f, .seed = 5, .mask = mask, .alternatives = 3},
                    {.alternatives = 64},
                    {.alternatives = 65},
                    {.temperature = 1.0f, .alternatives = 2 * vocabulary}},
                   row);
  expect_reference(*program_, batch(5, 3), {{}, {.alternatives = 100}, {.alternatives = 1}}, row);
}

TEST_P(Steps, MasksForbid) {
  const std::size_t words = (vocabulary + 31) / 32;
  std::vector<std::uint32_t> few(words, 0x00010010);
  std::vector<std::uint32_t> last(words, 0);
  last.back() = 1u << ((vocabulary - 1) % 32);
  std::vector<std::uint32_t> one(words, 0);
  one[4] = 1u << 9;
  const auto row = [&](const TestBatch& step, std::int32_t number) { return logits(step, number); };
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    expect_reference(*program_, batch(5, seed),
                     {{.mask = few},
                      {},
                      {.temperature = 1.0f, .top_k = 3, .seed = seed, .mask = few},
                      {.temperature = 1.5f, .top_p = 0.7f, .seed = seed, .mask = few},
                      {.temperature = 2.0f, .min_p = 0.1f, .seed = seed, .mask = few}},
                     row);
    expect_reference(*program_, batch(5, seed + 100),
                     {{.temperature = 3e38f, .seed = seed, .mask = one},
                      {.temperature = 1.0f, .top_k = 5, .top_p = 0.5f, .seed = seed, .mask = last},
                      {.adjustments = {{5, 1.0f, 1e30f}, {4, 1.0f, -1e30f}}, .mask = few},
                      {.temperature = 1.0f, .seed = seed, .adjustments = {{137, 1.0f, -1e30f}}, .mask = one}},
                     row);
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, Steps, testing::Values(Compile{cpu::compile}));

}  // namespace
}  // namespace gerbil::test
