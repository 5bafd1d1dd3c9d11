// Recurrent states: slots of sequences, and snapshots to go on from.
#include <gtest/gtest.h>

#include <thread>

#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

SchedulerOptions recurrent(std::int32_t slots = 8, std::int32_t snapshots = 8) {
  return {.context_length = 2048,
          .kv_tokens = 4096,
          .slots = slots,
          .snapshots = snapshots,
          .step_multiple = 64,
          .step_tokens = 256,
          .vocabulary = vocabulary};
}

std::vector<std::int32_t> answer(const std::vector<std::int32_t>& tokens, int count) {
  return expected(tokens, count, {0}, true);
}

class Snapshots : public EitherWay {};
INSTANTIATE_TEST_SUITE_P(Runtime, Snapshots, testing::Bool(), way_name);

TEST_P(Snapshots, PromptsAreCutWhereTheyMayBe) {
  for (const std::int32_t length : {1, 63, 64, 65, 128, 200, 500, 1000}) {
    Harness h(recurrent());
    EXPECT_EQ(h.run(generate(prompt(length), 10)).tokens, answer(prompt(length), 10)) << length;
  }
}

TEST_P(Snapshots, TheNextTurnGoesOnFromTheLatestSnapshot) {
  Harness h(recurrent());
  auto chat = prompt(200);
  const auto first = h.run(generate(chat, 100)).tokens;
  EXPECT_EQ(first, answer(chat, 100));
  chat.append_range(first);
  chat.append_range(prompt(30, 7));
  const Outcome next = h.run(generate(chat, 20));
  EXPECT_EQ(next.tokens, answer(chat, 20));
  EXPECT_EQ(next.cached_tokens, 256) << "of 299 tokens that have been read";
}

TEST_P(Snapshots, TheSamePromptAgainGoesOnFromItsEnd) {
  Harness h(recurrent());
  const auto tokens = prompt(200);
  h.run(generate(tokens, 1));
  const Outcome again = h.run(generate(tokens, 5));
  EXPECT_EQ(again.tokens, answer(tokens, 5));
  EXPECT_EQ(again.cached_tokens, 192);
}

TEST_P(Snapshots, WhatPromptsHaveInCommonIsComputedTwiceAndThenNoMore) {
  Harness h(recurrent());
  std::vector<std::int32_t> cached;
  for (int i = 0; i < 3; ++i) {
    auto tokens = prompt(300);
    tokens.append_range(prompt(100, 20 + i));
    const Outcome outcome = h.run(generate(tokens, 5));
    EXPECT_EQ(outcome.tokens, answer(tokens, 5));
    cached.push_back(outcome.cached_tokens);
  }
  EXPECT_EQ(cached, (std::vector{0, 0, 256})) << "the second shows where they part";
}

TEST_P(Snapshots, MoreSequencesThanSlotsWait) {
  Harness h(recurrent(2, 4));
  std::vector<Request> requests;
  for (int i = 0; i < 9; ++i) requests.push_back(generate(prompt(70 + i, i), 20));
  const auto outcomes = h.driver->run(std::move(requests), [](std::size_t, const Event&) { return true; });
  for (int i = 0; i < 9; ++i) EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].tokens, answer(prompt(70 + i, i), 20));
}

TEST_P(Snapshots, ThereMayBeNone) {
  Harness h(recurrent(2, 0));
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = h.run(generate(prompt(150), 20));
    EXPECT_EQ(outcome.tokens, answer(prompt(150), 20));
    EXPECT_EQ(outcome.cached_tokens, 0);
  }
}

TEST_P(Snapshots, ScoresGoOnFromThoseOfAChat) {
  Harness h(recurrent());
  h.run(generate(prompt(250), 1));
  for (int i = 0; i < 2; ++i) {
    const auto rows = h.score(prompt(300), 200);
    ASSERT_EQ(rows.size(), 100u * vocabulary);
    for (std::size_t row = 0; row < 100; row += 33) {
      const auto begin = prompt(static_cast<std::int32_t>(201 + row));
      EXPECT_EQ(rows[row * vocabulary + static_cast<std::size_t>(answer(begin, 1)[0])], 1.0f) << row;
    }
  }
  EXPECT_EQ(h.program->tokens, 250 + 2 * (300 - 192));
}

TEST_P(Snapshots, ALongScoreLeavesThoseOfOthersAlone) {
  SchedulerOptions options = recurrent(8, 4);
  options.max_outputs = 80;
  Harness h(options);
  h.run(generate(prompt(200), 1));
  EXPECT_EQ(h.score(prompt(1200, 9)).size(), 1200u * vocabulary);
  EXPECT_EQ(h.run(generate(prompt(200), 1)).cached_tokens, 192);
}

TEST_P(Snapshots, AFailedStepLeavesNoneThatNobodyKnows) {
  Harness h(recurrent());
  const auto tokens = prompt(200);
  h.program->fail = true;
  EXPECT_THROW(h.run(generate(tokens, 5)), Error);
  h.program->fail = false;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(h.run(generate(tokens, 5)).tokens, answer(tokens, 5));
}

TEST_P(Snapshots, ManyCallersAtTheLimitOfMemory) {
  SchedulerOptions options = recurrent(4, 5);
  options.context_length = 400;
  options.kv_tokens = 800;
  options.windows = {0, 50};
  options.group_tokens = {800, 416};
  options.step_tokens = 80;
  options.max_sequences = 6;
  for (const bool worker : {false, true}) {
    Harness h(options);
    if (worker) h.driver->start_worker();
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 15; ++i) {
          auto tokens = prompt(60 + (t * 31 + i * 17) % 120, i % 3);
          const std::int32_t count = 5 + (t * 7 + i * 13) % 60;
          for (int turn = 0; turn < 2; ++turn) {
            Request request = generate(tokens, count);
            std::atomic<int> asked = 0;
            if ((t + i) % 5 == 0) request.cancelled = [&] { return ++asked > 20; };
            const auto whole = expected(tokens, count, options.windows, true);
            const auto made = h.run(request).tokens;
            if (made != std::vector(whole.begin(), whole.begin() + std::ssize(made))) ++wrong;
            tokens.append_range(made);
            tokens.push_back(t);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0) << (worker ? "worker" : "leading");
  }
}

}  // namespace
}  // namespace gerbil::runtime
