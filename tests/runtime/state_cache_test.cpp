// Groups of pages: what layers with a window keep, and what of it can be shared.
#include "runtime/state_cache.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

SchedulerOptions windowed(std::int32_t window, std::int32_t group_tokens) {
  return {.context_length = 2048,
          .kv_tokens = 2048,
          .windows = {0, window},
          .group_tokens = {2048, group_tokens},
          .step_tokens = 64,
          .vocabulary = vocabulary};
}

class StateCaches : public EitherWay {};
INSTANTIATE_TEST_SUITE_P(Runtime, StateCaches, testing::Bool(), way_name);

TEST_P(StateCaches, ASequenceGrowsFarBeyondItsWindow) {
  for (const std::int32_t window : {1, 31, 32, 33, 40, 100}) {
    const auto options = windowed(window, 256);
    Harness h(options);
    EXPECT_EQ(h.run(generate(prompt(1000), 200)).tokens, expected(prompt(1000), 200, options.windows)) << window;
  }
}

TEST_P(StateCaches, AModelMayHaveWindowsOnly) {
  SchedulerOptions options = windowed(40, 192);
  options.windows = {40};
  options.group_tokens = {192};
  Harness h(options);
  for (int turn = 0; turn < 3; ++turn) {
    EXPECT_EQ(h.run(generate(prompt(300, turn), 100)).tokens, expected(prompt(300, turn), 100, options.windows));
  }
}

TEST_P(StateCaches, RoomForLessThanAStepIsRefused) { EXPECT_THROW(StateCache(windowed(100, 128)), Error); }

TEST_P(StateCaches, TheNextTurnReusesThePrefixWhereItsWindowIsThere) {
  const auto options = windowed(40, 512);
  Harness h(options);
  std::vector<std::int32_t> chat = prompt(500);
  chat.append_range(h.run(generate(chat, 30)).tokens);
  chat.append_range(prompt(20, 2));
  const Outcome next = h.run(generate(chat, 30));
  EXPECT_EQ(next.tokens, expected(chat, 30, options.windows));
  EXPECT_EQ(next.cached_tokens, 529) << "all but the last token of the answer, which nobody has read";
}

TEST_P(StateCaches, ABranchFarBehindTheWindowIsComputedAgain) {
  const auto options = windowed(40, 256);
  Harness h(options);
  h.run(generate(prompt(1000), 1));
  std::vector<std::int32_t> branch = prompt(300);
  branch.append_range(prompt(50, 9));
  const Outcome outcome = h.run(generate(branch, 20));
  EXPECT_EQ(outcome.tokens, expected(branch, 20, options.windows));
  EXPECT_LT(outcome.cached_tokens, 300) << "the pages before the branch are there, but not their window";
}

TEST_P(StateCaches, WhatASequencePassesGoesBeforeWhatOthersEndWith) {
  const auto options = windowed(64, 512);
  Harness h(options);
  const auto chat = prompt(200);
  h.run(generate(chat, 2));
  h.run(generate(prompt(1500, 5), 2));
  EXPECT_EQ(h.run(generate(chat, 2)).cached_tokens, 199) << "a long text leaves the end of a chat in the cache";
}

TEST_P(StateCaches, AChatWithinItsWindowIsEvictedFromItsEnd) {
  const auto options = windowed(512, 32 * 24);
  Harness h(options);
  for (int chat = 0; chat < 2; ++chat) h.run(generate(prompt(400, chat), 2));
  const Outcome first = h.run(generate(prompt(400, 0), 2));
  EXPECT_EQ(first.tokens, expected(prompt(400, 0), 2, options.windows));
  EXPECT_GT(first.cached_tokens, 0) << "of its 13 pages some had to go";
  EXPECT_LT(first.cached_tokens, 399);
}

// Random sequences in pools that are too small: whatever happens, no block is lost or given out twice.
TEST_P(StateCaches, NoBlockIsLost) {
  SchedulerOptions options = windowed(70, 448);
  options.kv_tokens = 1024;
  options.windows = {0, 40, 70};
  options.group_tokens = {1024, 320, 448};
  StateCache cache(options);
  std::mt19937 random(11);
  const auto pick = [&](int below) { return static_cast<std::int32_t>(random() % static_cast<unsigned>(below)); };
  std::vector<Sequence> sequences(4);
  for (Sequence& sequence : sequences) cache.enter(sequence);
  for (int i = 0; i < 30000; ++i) {
    Sequence& sequence = sequences[static_cast<std::size_t>(pick(4))];
    if (sequence.tokens.empty()) {
      sequence.tokens = prompt(1 + pick(300), pick(3));
      if (pick(2) == 0) sequence.tokens.append_range(prompt(1 + pick(200), pick(3)));
      sequence.request.task = Generate{};
      cache.adopt(sequence);
    }
    const std::int32_t next = std::min(sequence.length(), sequence.computed + 1 + pick(options.step_tokens));
    if (pick(6) > 0 && next > sequence.computed && cache.grow(sequence, next)) {
      cache.copy_partial_page(sequence);
      sequence.computed = std::max(sequence.computed, next);
      cache.settle(sequence);
      cache.adopt(sequence);
    } else {
      cache.release(sequence, pick(3) > 0);
      sequence.tokens.clear();
    }
  }
  for (Sequence& sequence : sequences) cache.release(sequence, true);
  EXPECT_TRUE(cache.obtainable({32, 10, 14}));
  cache.forget();
  EXPECT_TRUE(cache.free({32, 10, 14}));
  EXPECT_FALSE(cache.free({33, 10, 14}));
  EXPECT_FALSE(cache.free({32, 11, 14}));
  EXPECT_FALSE(cache.free({32, 10, 15}));
}

TEST_P(StateCaches, ManyCallersAtTheLimitOfAWindowsRoom) {
  const SchedulerOptions options{.context_length = 400,
                                 .kv_tokens = 800,
                                 .windows = {0, 50, 90},
                                 .group_tokens = {800, 256, 320},
                                 .step_tokens = 40,
                                 .max_sequences = 6,
                                 .vocabulary = vocabulary};
  for (const bool worker : {false, true}) {
    Harness h(options);
    if (worker) h.driver->start_worker();
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 15; ++i) {
          // Turns of chats that begin alike, branch, and go on from their ends.
          auto tokens = prompt(60 + (t * 31 + i * 17) % 120, i % 3);
          const std::int32_t count = 5 + (t * 7 + i * 13) % 60;
          for (int turn = 0; turn < 2; ++turn) {
            const auto answer = h.run(generate(tokens, count)).tokens;
            if (answer != expected(tokens, count, options.windows)) ++wrong;
            tokens.append_range(answer);
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
