#include "runtime/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <thread>

#include "gerbil/error.hpp"
#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

class Schedulers : public EitherWay {};
INSTANTIATE_TEST_SUITE_P(Runtime, Schedulers, testing::Bool(), way_name);

TEST_P(Schedulers, GeneratesWhatTheProgramSays) {
  Harness h;
  const Outcome outcome = h.run(generate(prompt(40), 50));
  EXPECT_EQ(outcome.tokens, expected(prompt(40), 50));
  EXPECT_EQ(outcome.ending, Ending::length);
  EXPECT_EQ(outcome.prompt_tokens, 40);
  EXPECT_EQ(h.program->steps, 50);
}

TEST_P(Schedulers, ChunksOfAPromptChangeNothing) {
  Harness h({.context_length = 512, .kv_tokens = 512, .step_tokens = 7, .vocabulary = vocabulary});
  EXPECT_EQ(h.run(generate(prompt(100), 5)).tokens, expected(prompt(100), 5));
  EXPECT_EQ(h.program->largest, 7u);
}

TEST_P(Schedulers, APromptIsNeverDecodedHoweverLittleIsLeftOfIt) {
  Harness h({.context_length = 512, .kv_tokens = 512, .step_tokens = 7, .vocabulary = vocabulary});
  h.run(generate(prompt(15), 3));  // 7 + 7 + 1
  EXPECT_EQ(h.program->phases, "pppdd");
  h.program->phases.clear();
  h.run(generate(prompt(1), 2));
  EXPECT_EQ(h.program->phases, "pd");
}

TEST_P(Schedulers, StatisticsSayWhatRunsAndWhatIsCached) {
  Harness h;
  ModelStatistics during;
  h.driver->run({generate(prompt(64), 10)}, [&](std::size_t, const Event& event) {
    if (std::holds_alternative<TokenEvent>(event) && during.running == 0) during = h.driver->statistics();
    return true;
  });
  EXPECT_EQ(during.running, 1);
  EXPECT_EQ(during.waiting, 0);
  EXPECT_GE(during.cache_tokens, 64);
  EXPECT_EQ(during.cache_capacity, 1024);
  const ModelStatistics after = h.driver->statistics();
  EXPECT_EQ(after.running, 0);
  EXPECT_EQ(after.cache_tokens, 0);
  EXPECT_GE(after.remembered_tokens, 64);
  EXPECT_EQ(after.step_tokens, 64 + 9);
  EXPECT_EQ(after.step_requests, after.steps);
}

TEST_P(Schedulers, EndTokensEndAndAreReported) {
  Harness h;
  const auto answer = expected(prompt(10), 6);
  const Outcome outcome = h.run({.tokens = prompt(10), .task = Generate{.max_tokens = 50, .end_tokens = {answer[3]}}});
  EXPECT_EQ(outcome.tokens, std::vector(answer.begin(), answer.begin() + 4));
  EXPECT_EQ(outcome.ending, Ending::end_token);
}

TEST_P(Schedulers, TheNextTurnReusesThePrefix) {
  Harness h;
  auto conversation = prompt(45);
  for (const std::int32_t token : h.run(generate(conversation, 30)).tokens) conversation.push_back(token);
  for (const std::int32_t token : prompt(9, 5)) conversation.push_back(token);
  const Outcome second = h.run(generate(conversation, 20));
  EXPECT_EQ(second.cached_tokens, 45 + 29) << "all but the last sampled token, which was never fed back";
  EXPECT_EQ(second.tokens, expected(conversation, 20));
  // A branch of the first turn must not disturb what the second left behind.
  EXPECT_EQ(h.run(generate(prompt(45), 30)).tokens, expected(prompt(45), 30));
  EXPECT_EQ(h.run(generate(conversation, 20)).tokens, expected(conversation, 20));
}

TEST_P(Schedulers, ThreadsShareStepsAndGetTheirOwnAnswers) {
  Harness h({.context_length = 512, .kv_tokens = 8 * 512, .step_tokens = 64, .vocabulary = vocabulary});
  std::vector<std::thread> threads;
  std::vector<std::vector<std::int32_t>> answers(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back(
        [&, i] { answers[static_cast<std::size_t>(i)] = h.run(generate(prompt(20 + 13 * i, i), 40)).tokens; });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)], expected(prompt(20 + 13 * i, i), 40)) << i;
}

TEST_P(Schedulers, ACacheThatIsTooSmallForAllPreempts) {
  // Four sequences of up to 160 tokens, pages for 192.
  Harness h({.context_length = 192, .kv_tokens = 192, .step_tokens = 64, .vocabulary = vocabulary});
  std::vector<std::thread> threads;
  std::vector<std::vector<std::int32_t>> answers(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { answers[static_cast<std::size_t>(i)] = h.run(generate(prompt(30, i), 130)).tokens; });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)], expected(prompt(30, i), 130)) << i;
}

TEST_P(Schedulers, TheCallbackCanStop) {
  Harness h;
  int seen = 0;
  const Outcome outcome = h.run(generate(prompt(10), 50), [&](auto) { return ++seen < 3; });
  EXPECT_EQ(outcome.tokens, expected(prompt(10), 3));
  EXPECT_EQ(outcome.ending, Ending::stopped);
}

TEST_P(Schedulers, AnExceptionOfTheCallbackReachesTheCaller) {
  Harness h;
  EXPECT_THROW(h.run(generate(prompt(10), 50), [](auto) -> bool { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_EQ(h.run(generate(prompt(10), 5)).tokens, expected(prompt(10), 5)) << "and the engine goes on";
}

TEST_P(Schedulers, CancellationEndsBetweenSteps) {
  Harness h;
  int asked = 0;
  Request request = generate(prompt(10), 50);
  request.cancelled = [&] { return ++asked > 20; };
  const Outcome outcome = h.run(request);
  EXPECT_EQ(outcome.ending, Ending::cancelled);
  EXPECT_LT(outcome.tokens.size(), 50u);
}

TEST_P(Schedulers, ErrorsComeBeforeAnyWork) {
  Harness h;
  const auto code = [&](const Request& request) {
    try {
      h.run(request);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code(generate({})), ErrorCode::invalid_argument);
  EXPECT_EQ(code(generate({1, vocabulary})), ErrorCode::invalid_argument);
  EXPECT_EQ(code(generate({-1})), ErrorCode::invalid_argument);
  EXPECT_EQ(code(generate(prompt(500), 13)), ErrorCode::context_full);
  EXPECT_EQ(code(generate(prompt(512))), ErrorCode::context_full);
  EXPECT_EQ(h.program->steps, 0);
  EXPECT_EQ(h.run(generate(prompt(500))).tokens.size(), 12u) << "without max_tokens the context is filled";
}

TEST_P(Schedulers, AFailingProgramFailsTheRequest) {
  Harness h;
  h.program->fail = true;
  EXPECT_THROW(h.run(generate(prompt(10), 5)), Error);
  h.program->fail = false;
  EXPECT_EQ(h.run(generate(prompt(10), 5)).tokens, expected(prompt(10), 5));
}

TEST_P(Schedulers, LogitsAreRowsForEveryToken) {
  Harness h({.context_length = 512, .kv_tokens = 512, .step_tokens = 16, .vocabulary = vocabulary});
  const auto tokens = prompt(50);
  const auto rows = h.score(tokens);
  ASSERT_EQ(rows.size(), 50u * vocabulary);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * vocabulary);
    EXPECT_EQ(std::max_element(row, row + vocabulary) - row,
              expected({tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1}, 1)[0]);
  }
}

TEST_P(Schedulers, PenaltiesCountTokens) {
  Harness h;
  const Outcome outcome = h.run({.tokens = {5, 5, 6},
                                 .task = Generate{.max_tokens = 2,
                                                  .repetition_penalty = 1.5f,
                                                  .presence_penalty = 1.0f,
                                                  .frequency_penalty = 0.5f,
                                                  .bias = {{6, 1.0f, 2.0f}}}});
  const auto first = outcome.tokens[0];
  std::map<std::int32_t, std::pair<float, float>> found;
  for (const auto& a : h.program->last_adjustments) found[a.token] = {a.penalty, a.add};
  EXPECT_EQ(found.at(5), (std::pair{1.5f, 0.0f}));
  EXPECT_EQ(found.at(6), (std::pair{1.5f, 2.0f}));
  EXPECT_EQ(found.at(first), (std::pair{1.5f, -1.5f}));
}

TEST_P(Schedulers, LongSequencesUseTheLongRope) {
  Harness h({.context_length = 512, .kv_tokens = 512, .vocabulary = vocabulary, .rope_original_context = 64});
  EXPECT_EQ(h.run(generate(prompt(32), 32)).tokens, expected(prompt(32), 32));
  EXPECT_NE(h.run(generate(prompt(32), 33)).tokens, expected(prompt(32), 33));
}

// A scheduler and its program, step by step.
struct Steps {
  explicit Steps(const SchedulerOptions& options) : program(options), scheduler(options) {}
  // One step; false when there was nothing to run.
  bool step() {
    const Scheduler::Plan* plan = scheduler.plan(now);
    if (plan) {
      for (const BlockCopy& copy : plan->copies.blocks) program.copy_block(copy);
      for (const auto& [from, to] : plan->copies.slots) program.copy_slot(from, to);
      program.begin(plan->batch);
      program.choose(plan->choices);
      scheduler.commit(program.finish(), now);
    }
    for (auto& [id, event] : scheduler.events()) {
      if (const auto* outcome = std::get_if<Outcome>(&event)) outcomes[id] = *outcome;
      if (const auto* error = std::get_if<std::exception_ptr>(&event)) errors[id] = *error;
    }
    return plan != nullptr;
  }
  RequestId add(Request request) { return scheduler.add(std::move(request), now); }
  void run() {
    while (step()) {
    }
  }
  ErrorCode error(RequestId id) {
    try {
      std::rethrow_exception(errors.at(id));
    } catch (const Error& error) {
      return error.code();
    }
  }
  Clock::time_point now = Clock::time_point(std::chrono::hours(1));
  HashProgram program;
  Scheduler scheduler;
  std::map<RequestId, Outcome> outcomes;
  std::map<RequestId, std::exception_ptr> errors;
};

TEST(Scheduler, ARequestThatDoesNotFitEvictsNothing) {
  Steps s({.context_length = 1024, .kv_tokens = 1024, .vocabulary = vocabulary});
  s.add(generate(prompt(300), 1));
  s.run();
  s.add(generate(prompt(600, 2), 30));
  ASSERT_TRUE(s.step());
  ASSERT_TRUE(s.step());
  s.add(generate(prompt(500, 3), 1));  // waits for the second
  ASSERT_TRUE(s.step());
  const RequestId again = s.add([] {
    Request request = generate(prompt(300), 1);
    request.priority = 1;
    return request;
  }());
  s.run();
  EXPECT_EQ(s.outcomes.at(again).cached_tokens, 299);
}

TEST(Scheduler, OneSystemPromptIsComputedOnceForAllWhoBeginWithIt) {
  Steps s({.context_length = 512, .kv_tokens = 16 * 512, .step_tokens = 100, .vocabulary = vocabulary});
  std::vector<RequestId> ids;
  for (int i = 0; i < 20; ++i) {
    auto tokens = prompt(320);
    tokens.append_range(prompt(10, 2 + i));
    ids.push_back(s.add(generate(tokens, 5)));
  }
  s.run();
  for (int i = 0; i < 20; ++i) {
    auto tokens = prompt(320);
    tokens.append_range(prompt(10, 2 + i));
    EXPECT_EQ(s.outcomes.at(ids[static_cast<std::size_t>(i)]).tokens, expected(tokens, 5)) << i;
  }
  EXPECT_EQ(s.program.tokens, 320 + 20 * (10 + 4));
}

TEST(Scheduler, WhoGaveItsPagesUpWaitsForRoomToEnd) {
  // Four answers of 160 tokens in pages for 192: nobody may be computed again and again.
  Steps s({.context_length = 192, .kv_tokens = 192, .step_tokens = 64, .vocabulary = vocabulary});
  std::vector<RequestId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(s.add(generate(prompt(30, i), 130)));
  s.run();
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(s.outcomes.at(ids[static_cast<std::size_t>(i)]).tokens, expected(prompt(30, i), 130)) << i;
  const int useful = 4 * (30 + 129);
  EXPECT_LT(s.program.tokens, useful + 4 * 160) << "each computed again once at most";
}

TEST(Scheduler, MoreUrgentRequestsGoFirst) {
  Steps s({.context_length = 512, .kv_tokens = 2048, .max_sequences = 1, .vocabulary = vocabulary});
  Request urgent = generate(prompt(10, 3), 2);
  urgent.priority = 5;
  s.add(generate(prompt(10, 1), 2));
  const RequestId second = s.add(generate(prompt(10, 2), 2));
  const RequestId third = s.add(urgent);
  s.step();
  s.step();
  EXPECT_TRUE(s.outcomes.contains(third));
  EXPECT_FALSE(s.outcomes.contains(second));
}

TEST(Scheduler, ADeadlineEndsWhatRunsAndWhatWaits) {
  Steps s({.context_length = 512, .kv_tokens = 2048, .max_sequences = 1, .vocabulary = vocabulary});
  Request request = generate(prompt(10), 100);
  request.deadline = s.now + std::chrono::seconds(1);
  const RequestId runs = s.add(request);
  const RequestId waits = s.add(request);
  ASSERT_TRUE(s.step());
  EXPECT_TRUE(s.errors.empty());
  s.now += std::chrono::seconds(2);
  EXPECT_FALSE(s.step());
  EXPECT_EQ(s.error(runs), ErrorCode::timeout);
  EXPECT_EQ(s.error(waits), ErrorCode::timeout);
  EXPECT_TRUE(s.scheduler.empty());
}

TEST(Scheduler, AFullQueueRefusesMore) {
  Steps s({.context_length = 512, .kv_tokens = 2048, .max_sequences = 1, .vocabulary = vocabulary, .max_waiting = 2});
  s.add(generate(prompt(10), 50));
  s.step();
  s.add(generate(prompt(10), 5));
  s.add(generate(prompt(10), 5));
  try {
    s.add(generate(prompt(10), 5));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::overloaded);
  }
  s.run();
  s.add(generate(prompt(10), 5));
  s.run();
  EXPECT_EQ(s.outcomes.size(), 4u);
}

TEST(Scheduler, WhoEndsWhileAStepRunsGetsNothingOfIt) {
  Steps s({.context_length = 512, .kv_tokens = 2048, .vocabulary = vocabulary});
  const RequestId id = s.add(generate(prompt(10), 50));
  const RequestId other = s.add(generate(prompt(10, 2), 1));
  const Scheduler::Plan* plan = s.scheduler.plan(s.now);
  s.program.begin(plan->batch);
  s.scheduler.end(id, Ending::cancelled);
  s.program.choose(plan->choices);
  s.scheduler.commit(s.program.finish(), s.now);
  EXPECT_TRUE(s.scheduler.empty());
  s.step();
  EXPECT_EQ(s.outcomes.at(id).ending, Ending::cancelled);
  EXPECT_TRUE(s.outcomes.at(id).tokens.empty());
  EXPECT_EQ(s.outcomes.at(other).tokens, expected(prompt(10, 2), 1));
}

TEST(Scheduler, APausedSequenceGetsNoTokens) {
  Steps s({.context_length = 512, .kv_tokens = 2048, .vocabulary = vocabulary});
  const RequestId id = s.add(generate(prompt(10), 3));
  ASSERT_TRUE(s.step());
  s.scheduler.pause(id, true);
  EXPECT_FALSE(s.step());
  s.scheduler.pause(id, false);
  s.run();
  EXPECT_EQ(s.outcomes.at(id).tokens, expected(prompt(10), 3));
}

TEST(Scheduler, ScoresShareTheirBeginningAndLeaveChatsInTheCache) {
  // A chat fills half of the cache; documents that are ranked would fill it several times.
  Steps s({.context_length = 512, .kv_tokens = 1024, .step_tokens = 128, .vocabulary = vocabulary});
  s.add(generate(prompt(400), 20));
  s.run();
  const std::int64_t before = s.program.tokens;
  std::vector<RequestId> ids;
  for (int i = 0; i < 12; ++i) {
    auto tokens = prompt(96, 50);
    tokens.append_range(prompt(100, 60 + i));
    ids.push_back(s.add({.tokens = tokens, .task = Score{195}}));
  }
  s.run();
  EXPECT_EQ(s.program.tokens - before, 96 + 12 * 100);
  for (const RequestId id : ids) EXPECT_EQ(s.outcomes.at(id).ending, Ending::length);
  const RequestId chat = s.add(generate(prompt(400), 1));
  s.run();
  EXPECT_EQ(s.outcomes.at(chat).cached_tokens, 399);
}

TEST(Scheduler, AStepHasNoMoreWantedRowsThanTheProgramHasRoomFor) {
  Steps s({.context_length = 512, .kv_tokens = 1024, .step_tokens = 128, .max_outputs = 5, .vocabulary = vocabulary});
  for (int i = 0; i < 7; ++i) s.add(generate(prompt(20, i), 4));
  s.add({.tokens = prompt(33, 9), .task = Score{2}});
  while (const Scheduler::Plan* plan = s.scheduler.plan(s.now)) {
    EXPECT_LE(plan->batch.outputs.size(), 5u);
    s.program.begin(plan->batch);
    s.program.choose(plan->choices);
    s.scheduler.commit(s.program.finish(), s.now);
  }
  std::size_t rows = 0;
  std::int32_t next = 2;
  for (const auto& [id, event] : s.scheduler.events()) {
    const auto* read = std::get_if<RowsEvent>(&event);
    if (!read) continue;
    EXPECT_EQ(read->first, next);
    rows += read->values.size() / vocabulary;
    next += static_cast<std::int32_t>(read->values.size()) / vocabulary;
  }
  EXPECT_EQ(rows, 31u);
}

// Texts that are encoded: whole, of one adapter a step.
TEST(Scheduler, TextsAreReadAtOnceAndShareSteps) {
  Steps s({.context_length = 200,
           .kv_tokens = 200 + 8 * 32,
           .step_tokens = 64,
           .max_tokens = 200,
           .max_sequences = 8,
           .max_outputs = 8,
           .vocabulary = vocabulary,
           .types = 2,
           .padding_token = 3,
           .whole_texts = true});
  const auto add = [&](std::int32_t length, std::int32_t adapter) {
    s.add({.tokens = prompt(length, length), .task = Encode{.adapter = adapter}});
  };
  for (const std::int32_t length : {30, 200, 20, 10, 40}) add(length, 0);
  add(5, 1);
  std::vector<std::vector<std::int32_t>> steps;
  while (const Scheduler::Plan* plan = s.scheduler.plan(s.now)) {
    std::vector<std::int32_t>& lengths = steps.emplace_back();
    for (const SequenceView& view : plan->batch.views) lengths.push_back(view.length);
    EXPECT_EQ(plan->batch.outputs.size(), lengths.size());
    EXPECT_EQ(plan->batch.task, lengths[0] == 5 ? 1 : 0);
    s.program.begin(plan->batch);
    s.program.choose(plan->choices);
    s.scheduler.commit(s.program.finish(), s.now);
  }
  EXPECT_EQ(steps, (std::vector<std::vector<std::int32_t>>{{30, 20, 10}, {200}, {40}, {5}}));
}

TEST(Scheduler, WhatAModelCannotDoIsRefused) {
  Steps words({.context_length = 64, .kv_tokens = 64, .vocabulary = vocabulary});
  Steps texts({.context_length = 64, .kv_tokens = 64, .vocabulary = vocabulary, .types = 2, .whole_texts = true});
  const auto code = [](Steps& s, Request request) {
    try {
      s.add(std::move(request));
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code(words, {.tokens = {1}, .task = Encode{}}), ErrorCode::unsupported);
  EXPECT_EQ(code(texts, generate({1})), ErrorCode::unsupported);
  EXPECT_EQ(code(texts, {.tokens = {1}, .task = Score{}}), ErrorCode::unsupported);
  EXPECT_EQ(code(words, {.tokens = {1}, .task = Score{1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(words, {.tokens = {1}, .task = Score{-1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(texts, {.tokens = {1, 2}, .task = Encode{.types = {0}}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(texts, {.tokens = {1}, .task = Encode{.types = {2}}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(texts, {.tokens = {1}, .task = Encode{.skipped = -1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(texts, {.tokens = prompt(65), .task = Encode{}}), ErrorCode::invalid_argument);
}

TEST(Scheduler, AScoreThatLosesItsPagesGivesNoRowTwice) {
  Steps s({.context_length = 128, .kv_tokens = 128, .vocabulary = vocabulary});
  std::vector<std::int32_t> rows;
  s.add(generate(prompt(32), 20));
  s.add({.tokens = prompt(96, 2), .task = Score{0}});
  while (const Scheduler::Plan* plan = s.scheduler.plan(s.now)) {
    s.program.begin(plan->batch);
    s.program.choose(plan->choices);
    s.scheduler.commit(s.program.finish(), s.now);
    for (const auto& [id, event] : s.scheduler.events()) {
      const auto* read = std::get_if<RowsEvent>(&event);
      for (std::size_t i = 0; read && i < read->values.size() / vocabulary; ++i)
        rows.push_back(read->first + static_cast<std::int32_t>(i));
    }
  }
  std::vector<std::int32_t> all(96);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(rows, all);
}

TEST(Scheduler, PausedSequencesMakeRoomWhenNothingElseRuns) {
  Steps s({.context_length = 128, .kv_tokens = 128, .vocabulary = vocabulary});
  const RequestId first = s.add(generate(prompt(70), 30));
  ASSERT_TRUE(s.step());
  s.scheduler.pause(first, true);
  const RequestId second = s.add(generate(prompt(60, 3), 5));
  s.run();
  EXPECT_EQ(s.outcomes.at(second).tokens, expected(prompt(60, 3), 5));
  s.scheduler.pause(first, false);
  s.run();
  EXPECT_EQ(s.outcomes.at(first).tokens, expected(prompt(70), 30));
}

TEST(Scheduler, ACopiedPageIsThereWhateverHappensBetween) {
  Steps s({.context_length = 96, .kv_tokens = 96, .vocabulary = vocabulary});
  auto other = prompt(5);
  other.append_range(prompt(7, 9));
  s.add(generate(prompt(10), 80));
  const RequestId paused = s.add(generate(other, 40));
  ASSERT_TRUE(s.step());
  s.scheduler.pause(paused, true);
  s.run();
  EXPECT_FALSE(s.step());
  s.scheduler.pause(paused, false);
  s.run();
  EXPECT_EQ(s.outcomes.at(paused).tokens, expected(other, 40));
}

TEST(Scheduler, TheLeastUrgentOfAllGoesLast) {
  Steps s({.context_length = 512, .kv_tokens = 2048, .max_sequences = 1, .vocabulary = vocabulary});
  Request background = generate(prompt(10, 3), 1);
  background.priority = std::numeric_limits<std::int32_t>::min();
  const RequestId last = s.add(background);
  const RequestId first = s.add(generate(prompt(10), 1));
  ASSERT_TRUE(s.step());
  EXPECT_TRUE(s.outcomes.contains(first));
  EXPECT_FALSE(s.outcomes.contains(last));
}

}  // namespace
}  // namespace gerbil::runtime
