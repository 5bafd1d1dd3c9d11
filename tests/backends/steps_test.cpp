#include "backends/steps.hpp"

#include <algorithm>
#include <numeric>

#include "gerbil/error.hpp"

namespace gerbil::test {

Steps::Steps() : table_(graph_.matrix(64, vocabulary, {}, 6.0f)) {
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
  EXPECT_TRUE(program_->ready());
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

TEST_P(Steps, AStepThatIsNotFinishedLeavesNoTrace) {
  const TestBatch dropped = batch(5, 1);
  const TestBatch step = batch(4, 2);
  const std::vector<std::int32_t> rows{0, 1, 2};
  const Batch first = dropped.batch();
  program_->begin(first);
  program_->begin(first);
  program_->choose({.read = rows});
  const StepResult result = run(*program_, step);
  std::vector<float> expected;
  for (std::int32_t row = 0; row < 4; ++row) expected.append_range(logits(step, row));
  EXPECT_EQ(result.rows, expected);
}

INSTANTIATE_TEST_SUITE_P(Cpu, Steps, testing::Values(Compile{cpu::compile}));

}  // namespace
}  // namespace gerbil::test
