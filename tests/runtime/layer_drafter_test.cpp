// The steps that layers which guess are given: no step is too large, and no two rows of one write the same place.
#include "runtime/layer_drafter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

constexpr std::int32_t width = 2;
constexpr std::int32_t most_tokens = 16;
constexpr std::int32_t most_sequences = 3;

// Chooses the token after the last, and hands over the row that it was given with 100 more.
class CheckingProgram : public Program {
 public:
  void begin(const Batch& batch) override {
    if (std::exchange(fails, false)) throw Error(ErrorCode::device_lost, "The device is gone.");
    steps.push_back(batch.tokens.size());
    ASSERT_LE(std::ssize(batch.tokens), most_tokens);
    ASSERT_LE(std::ssize(batch.views), most_sequences);
    ASSERT_EQ(batch.rows.size(), batch.tokens.size() * width);
    std::set<std::int32_t> places;
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      const SequenceView& view = batch.views[static_cast<std::size_t>(batch.sequences[i])];
      const std::int32_t position = batch.positions[i];
      const std::int32_t block = view.blocks[0].at(static_cast<std::size_t>(position / kv_block_tokens));
      EXPECT_TRUE(places.insert(block * kv_block_tokens + position % kv_block_tokens).second) << position;
      EXPECT_LT(position, view.length);
      read.emplace_back(position, batch.tokens[i]);
    }
    tokens_.assign_range(batch.tokens);
    rows_.assign_range(batch.rows);
    outputs_.assign_range(batch.outputs);
  }
  void choose(const Choices& choices) override {
    result_ = {};
    for (std::size_t i = 0; i < choices.chosen.size(); ++i) {
      const std::int32_t row = outputs_[static_cast<std::size_t>(choices.chosen[i])];
      result_.tokens.push_back(tokens_[static_cast<std::size_t>(row)] + 1);
      sampled.push_back(choices.sampling[i].step);
    }
    for (const std::int32_t row : choices.handed)
      for (std::int32_t column = 0; column < width; ++column)
        result_.handed.push_back(rows_[static_cast<std::size_t>(row * width + column)] + 100);
  }
  bool ready() override { return true; }
  StepResult finish() override { return result_; }
  void copy_block(const BlockCopy&) override {}
  void copy_slot(std::int32_t, std::int32_t) override {}
  const ProgramInfo& info() const override { return info_; }

  bool fails = false;
  std::vector<std::size_t> steps;                           // their tokens
  std::vector<std::pair<std::int32_t, std::int32_t>> read;  // positions and tokens
  std::vector<std::uint32_t> sampled;                       // Sampling::step

 private:
  std::vector<std::int32_t> tokens_, outputs_;
  std::vector<float> rows_;
  StepResult result_;
  ProgramInfo info_;
};

struct LayerDrafters : testing::Test {
  LayerDrafters() {
    auto owned = std::make_unique<CheckingProgram>();
    program = owned.get();
    ProgramOptions limits;
    limits.max_tokens = most_tokens;
    limits.max_sequences = limits.max_outputs = most_sequences;
    drafter = std::make_unique<LayerDrafter>(std::move(owned), width, limits);
  }
  // Of a text of `length` tokens, 0, 10, 20, …, whose rows from token `first` on are unread.
  static Draft draft(std::int32_t length, std::int32_t first, std::int32_t most, std::vector<std::int32_t> blocks) {
    Draft made;
    for (std::int32_t i = 0; i < length; ++i) made.tokens.push_back(10 * i);
    made.sampling.step = 7;
    made.most = most;
    made.first = first;
    made.handed.resize(static_cast<std::size_t>((length - 1 - first) * width));
    made.blocks = std::move(blocks);
    return made;
  }
  CheckingProgram* program = nullptr;
  std::unique_ptr<LayerDrafter> drafter;
};

TEST_F(LayerDrafters, EveryRowIsReadWithTheTokenAfterIt) {
  std::vector<Draft> drafts{draft(40, 3, 3, {5, 6})};
  drafter->guess(drafts);
  EXPECT_EQ(drafts[0].guesses, (std::vector{391, 392, 393}));
  EXPECT_EQ(program->steps, (std::vector<std::size_t>{16, 16, 4, 1, 1}));
  std::vector<std::pair<std::int32_t, std::int32_t>> expected;
  for (std::int32_t position = 3; position < 39; ++position) expected.emplace_back(position, 10 * (position + 1));
  expected.insert(expected.end(), {{39, 391}, {40, 392}});
  EXPECT_EQ(program->read, expected);
  EXPECT_EQ(program->sampled, (std::vector<std::uint32_t>{7, 8, 9})) << "the noise of the steps that they guess";
}

TEST_F(LayerDrafters, EqualTextsThatSharePagesAreReadOneAfterTheOther) {
  std::vector<Draft> drafts{draft(20, 12, 2, {3}), draft(20, 12, 2, {3}), draft(20, 12, 2, {4})};
  drafter->guess(drafts);
  for (const Draft& each : drafts) EXPECT_EQ(each.guesses, (std::vector{191, 192}));
  EXPECT_EQ(program->steps.size(), 4u) << "two to read, two to go on";
}

TEST_F(LayerDrafters, AnyNumberOfTextsIsReadInStepsThatFit) {
  std::vector<Draft> drafts;
  for (std::int32_t i = 0; i < 10; ++i) drafts.push_back(draft(9 + i, 2, i % 3, {i}));
  drafter->guess(drafts);
  for (std::int32_t i = 0; i < 10; ++i) EXPECT_EQ(std::ssize(drafts[static_cast<std::size_t>(i)].guesses), i % 3) << i;
}

TEST_F(LayerDrafters, WhatFailedLeavesNothingBehind) {
  program->fails = true;
  std::vector<Draft> lost{draft(20, 0, 2, {0})};
  EXPECT_THROW(drafter->guess(lost), Error);
  std::vector<Draft> next{draft(5, 0, 1, {1})};
  drafter->guess(next);
  EXPECT_EQ(program->steps, (std::vector<std::size_t>{4}));
  EXPECT_EQ(next[0].guesses, (std::vector{41}));
}

}  // namespace
}  // namespace gerbil::runtime
