#include "runtime/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

constexpr std::int32_t vocabulary = 1000;

// The next token is a hash of all tokens before it, read back from the pages they were written to: any mistake in
// paging, prefix reuse, chunking or preemption changes the answer.
class HashProgram : public Program {
 public:
  explicit HashProgram(std::int32_t kv_tokens) : cells_(static_cast<std::size_t>(kv_tokens), -1) {}

  void begin(const Batch& batch) override {
    ++steps;
    batch_ = &batch;
    for (const SequenceView& view : batch.views) phases += view.phase == Phase::prompt ? 'p' : 'd';
    largest = std::max(largest, batch.tokens.size());
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      cell(batch.views[static_cast<std::size_t>(batch.sequences[i])], batch.positions[i]) = batch.tokens[i];
    }
  }

  void choose(const Choices& choices) override {
    if (fail) throw Error(ErrorCode::device_lost, "The device is gone.");
    for (const std::int32_t output : choices.chosen) result_.tokens.push_back(next(output));
    result_.probabilities.resize(choices.chosen.size());
    for (const std::int32_t output : choices.read) {
      std::vector<float> logits(vocabulary, 0.0f);
      logits[static_cast<std::size_t>(next(output))] = 1.0f;
      result_.rows.append_range(logits);
    }
    for (const Sampling& sampling : choices.sampling) last_adjustments = sampling.adjustments;
  }

  bool ready() override { return true; }
  StepResult finish() override { return std::exchange(result_, {}); }

  void copy_block(std::int32_t from, std::int32_t to) override {
    std::copy_n(cells_.begin() + from * kv_block_tokens, kv_block_tokens, cells_.begin() + to * kv_block_tokens);
  }
  const ProgramInfo& info() const override { return info_; }

  std::atomic<int> steps = 0;
  std::size_t largest = 0;
  std::string phases;  // of every sequence of every step: p for a prompt, d for a decoded token
  bool fail = false;
  std::vector<LogitAdjustment> last_adjustments;

 private:
  std::int32_t next(std::int32_t output) {
    const auto row = static_cast<std::size_t>(batch_->outputs[static_cast<std::size_t>(output)]);
    const SequenceView& view = batch_->views[static_cast<std::size_t>(batch_->sequences[row])];
    std::uint32_t hash = view.long_rope ? 7 : 1;
    for (std::int32_t p = 0; p <= batch_->positions[row]; ++p) {
      hash = hash * 31 + static_cast<std::uint32_t>(cell(view, p));
    }
    return static_cast<std::int32_t>(hash % vocabulary);
  }
  std::int32_t& cell(const SequenceView& view, std::int32_t position) {
    const auto block = view.blocks[static_cast<std::size_t>(position / kv_block_tokens)];
    return cells_[static_cast<std::size_t>(block * kv_block_tokens + position % kv_block_tokens)];
  }
  std::vector<std::int32_t> cells_;
  const Batch* batch_ = nullptr;
  StepResult result_;
  ProgramInfo info_;
};

struct Harness {
  explicit Harness(SchedulerOptions options = {.context_length = 512, .kv_tokens = 1024, .vocabulary = vocabulary}) {
    auto owned = std::make_unique<HashProgram>(options.kv_tokens);
    program = owned.get();
    scheduler = std::make_unique<Scheduler>(std::move(owned), options);
  }
  Outcome run(const Request& request) {
    return scheduler->run(request, [](std::int32_t, std::span<const float>) { return true; });
  }
  HashProgram* program;
  std::unique_ptr<Scheduler> scheduler;
};

std::vector<std::int32_t> prompt(std::int32_t size, std::int32_t seed = 1) {
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(size));
  for (std::int32_t i = 0; i < size; ++i) tokens[static_cast<std::size_t>(i)] = (i * 37 + seed * 101) % vocabulary;
  return tokens;
}

std::vector<std::int32_t> expected(std::vector<std::int32_t> tokens, int count) {
  std::vector<std::int32_t> answer;
  for (int i = 0; i < count; ++i) {
    std::uint32_t hash = 1;
    for (const std::int32_t token : tokens) hash = hash * 31 + static_cast<std::uint32_t>(token);
    answer.push_back(static_cast<std::int32_t>(hash % vocabulary));
    tokens.push_back(answer.back());
  }
  return answer;
}

TEST(Scheduler, GeneratesWhatTheProgramSays) {
  Harness h;
  const Outcome outcome = h.run({.prompt = prompt(40), .max_tokens = 50});
  EXPECT_EQ(outcome.tokens, expected(prompt(40), 50));
  EXPECT_EQ(outcome.ending, Ending::length);
  EXPECT_EQ(outcome.prompt_tokens, 40);
  EXPECT_EQ(h.program->steps, 50);
}

TEST(Scheduler, ChunksOfAPromptChangeNothing) {
  Harness h({.context_length = 512, .kv_tokens = 512, .max_tokens = 7, .vocabulary = vocabulary});
  EXPECT_EQ(h.run({.prompt = prompt(100), .max_tokens = 5}).tokens, expected(prompt(100), 5));
  EXPECT_EQ(h.program->largest, 7u);
}

TEST(Scheduler, APromptIsNeverDecodedHoweverLittleIsLeftOfIt) {
  Harness h({.context_length = 512, .kv_tokens = 512, .max_tokens = 7, .vocabulary = vocabulary});
  h.run({.prompt = prompt(15), .max_tokens = 3});  // 7 + 7 + 1
  EXPECT_EQ(h.program->phases, "pppdd");
  h.program->phases.clear();
  h.run({.prompt = prompt(1), .max_tokens = 2});
  EXPECT_EQ(h.program->phases, "pd");
}

TEST(Scheduler, EndTokensEndAndAreReported) {
  Harness h;
  const auto answer = expected(prompt(10), 6);
  const Outcome outcome = h.run({.prompt = prompt(10), .max_tokens = 50, .end_tokens = {answer[3]}});
  EXPECT_EQ(outcome.tokens, std::vector(answer.begin(), answer.begin() + 4));
  EXPECT_EQ(outcome.ending, Ending::end_token);
}

TEST(Scheduler, TheNextTurnReusesThePrefix) {
  Harness h;
  auto conversation = prompt(45);
  for (const std::int32_t token : h.run({.prompt = conversation, .max_tokens = 30}).tokens)
    conversation.push_back(token);
  for (const std::int32_t token : prompt(9, 5)) conversation.push_back(token);
  const Outcome second = h.run({.prompt = conversation, .max_tokens = 20});
  EXPECT_EQ(second.cached_tokens, 45 + 29) << "all but the last sampled token, which was never fed back";
  EXPECT_EQ(second.tokens, expected(conversation, 20));
  // A branch of the first turn must not disturb what the second left behind.
  EXPECT_EQ(h.run({.prompt = prompt(45), .max_tokens = 30}).tokens, expected(prompt(45), 30));
  EXPECT_EQ(h.run({.prompt = conversation, .max_tokens = 20}).tokens, expected(conversation, 20));
}

TEST(Scheduler, ThreadsShareStepsAndGetTheirOwnAnswers) {
  Harness h({.context_length = 512, .kv_tokens = 8 * 512, .max_tokens = 64, .vocabulary = vocabulary});
  std::vector<std::thread> threads;
  std::vector<std::vector<std::int32_t>> answers(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      answers[static_cast<std::size_t>(i)] = h.run({.prompt = prompt(20 + 13 * i, i), .max_tokens = 40}).tokens;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)], expected(prompt(20 + 13 * i, i), 40)) << i;
}

TEST(Scheduler, ACacheThatIsTooSmallForAllPreempts) {
  // Four sequences of up to 160 tokens, pages for 192.
  Harness h({.context_length = 192, .kv_tokens = 192, .max_tokens = 64, .vocabulary = vocabulary});
  std::vector<std::thread> threads;
  std::vector<std::vector<std::int32_t>> answers(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(
        [&, i] { answers[static_cast<std::size_t>(i)] = h.run({.prompt = prompt(30, i), .max_tokens = 130}).tokens; });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)], expected(prompt(30, i), 130)) << i;
}

TEST(Scheduler, TheCallbackCanStop) {
  Harness h;
  int seen = 0;
  const Outcome outcome =
      h.scheduler->run({.prompt = prompt(10), .max_tokens = 50}, [&](auto, auto) { return ++seen < 3; });
  EXPECT_EQ(outcome.tokens, expected(prompt(10), 3));
  EXPECT_EQ(outcome.ending, Ending::stopped);
}

TEST(Scheduler, AnExceptionOfTheCallbackReachesTheCaller) {
  Harness h;
  EXPECT_THROW(h.scheduler->run({.prompt = prompt(10), .max_tokens = 50},
                                [](auto, auto) -> bool { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_EQ(h.run({.prompt = prompt(10), .max_tokens = 5}).tokens, expected(prompt(10), 5)) << "and the engine goes on";
}

TEST(Scheduler, CancellationEndsBetweenSteps) {
  Harness h;
  int asked = 0;
  const Outcome outcome = h.run({.prompt = prompt(10), .max_tokens = 50, .cancelled = [&] { return ++asked > 20; }});
  EXPECT_EQ(outcome.ending, Ending::cancelled);
  EXPECT_LT(outcome.tokens.size(), 50u);
}

TEST(Scheduler, ErrorsComeBeforeAnyWork) {
  Harness h;
  const auto code = [&](const Request& request) {
    try {
      h.run(request);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code({.prompt = {}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code({.prompt = {1, vocabulary}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code({.prompt = {-1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code({.prompt = prompt(500), .max_tokens = 13}), ErrorCode::context_full);
  EXPECT_EQ(code({.prompt = prompt(512)}), ErrorCode::context_full);
  EXPECT_EQ(h.program->steps, 0);
  EXPECT_EQ(h.run({.prompt = prompt(500)}).tokens.size(), 12u) << "without max_tokens the context is filled";
}

TEST(Scheduler, AFailingProgramFailsTheRequest) {
  Harness h;
  h.program->fail = true;
  EXPECT_THROW(h.run({.prompt = prompt(10), .max_tokens = 5}), Error);
  h.program->fail = false;
  EXPECT_EQ(h.run({.prompt = prompt(10), .max_tokens = 5}).tokens, expected(prompt(10), 5));
}

TEST(Scheduler, LogitsAreRowsForEveryToken) {
  Harness h({.context_length = 512, .kv_tokens = 512, .max_tokens = 16, .vocabulary = vocabulary});
  const auto tokens = prompt(50);
  const auto rows = h.scheduler->logits(tokens);
  ASSERT_EQ(rows.size(), 50u * vocabulary);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * vocabulary);
    EXPECT_EQ(std::max_element(row, row + vocabulary) - row,
              expected({tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1}, 1)[0]);
  }
}

TEST(Scheduler, PenaltiesCountTokens) {
  Harness h;
  h.run({.prompt = {5, 5, 6},
         .max_tokens = 2,
         .repetition_penalty = 1.5f,
         .presence_penalty = 1.0f,
         .frequency_penalty = 0.5f,
         .bias = {{6, 1.0f, 2.0f}}});
  const auto first = expected({5, 5, 6}, 1)[0];
  std::map<std::int32_t, std::pair<float, float>> found;
  for (const auto& a : h.program->last_adjustments) found[a.token] = {a.penalty, a.add};
  EXPECT_EQ(found.at(5), (std::pair{1.5f, 0.0f}));
  EXPECT_EQ(found.at(6), (std::pair{1.5f, 2.0f}));
  EXPECT_EQ(found.at(first), (std::pair{1.5f, -1.5f}));
}

TEST(Scheduler, LongSequencesUseTheLongRope) {
  Harness h({.context_length = 512, .kv_tokens = 512, .vocabulary = vocabulary, .rope_original_context = 64});
  EXPECT_EQ(h.run({.prompt = prompt(32), .max_tokens = 32}).tokens, expected(prompt(32), 32));
  EXPECT_NE(h.run({.prompt = prompt(32), .max_tokens = 33}).tokens, expected(prompt(32), 33));
}

}  // namespace
}  // namespace gerbil::runtime
