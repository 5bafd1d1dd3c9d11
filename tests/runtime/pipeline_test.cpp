// Two steps in flight: what is planned before a token has been seen, what is not, and that nobody can tell.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "gerbil/error.hpp"
#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

const SchedulerOptions roomy{.context_length = 512, .kv_tokens = 8 * 512, .step_tokens = 64, .vocabulary = vocabulary};

class Pipeline : public testing::Test {
 protected:
  Pipeline() { pipelined = true; }
  ~Pipeline() override { pipelined = false; }
};

TEST_F(Pipeline, TheNextStepIsBegunBeforeOneIsFinished) {
  Harness h(roomy);
  EXPECT_EQ(h.run(generate(prompt(100), 20)).tokens, expected(prompt(100), 20));
  EXPECT_EQ(h.program->most_in_flight, 2);
  EXPECT_EQ(h.program->steps, 2 + 19) << "that the last token is the last is known before it is seen";
}

TEST_F(Pipeline, AnEndTokenCostsOneStep) {
  Harness h(roomy);
  const auto answer = expected(prompt(10), 6);
  const Outcome outcome = h.run({.tokens = prompt(10), .task = Generate{.max_tokens = 50, .end_tokens = {answer[3]}}});
  EXPECT_EQ(outcome.tokens, std::vector(answer.begin(), answer.begin() + 4));
  EXPECT_EQ(h.program->steps, 5);
  EXPECT_EQ(h.run(generate(prompt(10), 6)).tokens, answer);
}

TEST_F(Pipeline, PenaltiesSeeEveryToken) {
  Harness h(roomy);
  const Request penalised{.tokens = prompt(10), .task = Generate{.max_tokens = 20, .presence_penalty = 0.5f}};
  h.run(penalised);
  EXPECT_EQ(h.program->most_in_flight, 1);
  h.run({.tokens = prompt(10), .task = Generate{.max_tokens = 20, .bias = {{5, 1.0f, 1.0f}}}});
  EXPECT_EQ(h.program->most_in_flight, 2);
}

TEST_F(Pipeline, WhoMustSeeItsTokenGetsOneOfEveryStep) {
  Scheduler scheduler(roomy);
  HashProgram program(roomy);
  const auto now = Clock::now();
  scheduler.add(generate(prompt(10), 20), now);
  scheduler.add({.tokens = prompt(9), .task = Generate{.max_tokens = 20, .frequency_penalty = 0.5f}}, now);
  for (int i = 0; i < 5; ++i) {
    const Scheduler::Plan* plan = scheduler.plan(now);
    ASSERT_EQ(plan->choices.chosen.size(), 2u);
    program.begin(plan->batch);
    program.choose(plan->choices);
    EXPECT_EQ(scheduler.plan(now), nullptr);
    scheduler.commit(program.finish(), now);
  }
}

// A block that was copied, or a slot that was taken, between two steps in flight.
TEST_F(Pipeline, APlanAheadNamesTokensByTheirChoice) {
  Scheduler scheduler(roomy);
  const auto now = Clock::now();
  scheduler.add(generate(prompt(10), 1), now);
  scheduler.add(generate(prompt(20, 2), 3), now);
  const Scheduler::Plan* first = scheduler.plan(now);
  ASSERT_EQ(first->choices.chosen.size(), 2u);
  const Scheduler::Plan* second = scheduler.plan(now);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(std::vector(second->batch.tokens.begin(), second->batch.tokens.end()), (std::vector{-2}))
      << "the first ends with its token, whatever that is";
  EXPECT_EQ(second->batch.positions[0], 20);
  EXPECT_EQ(second->choices.sampling[0].step, 1u);
  scheduler.commit({.tokens = {7, 8}, .probabilities = {{}, {}}}, now);
  scheduler.commit({.tokens = {9}, .probabilities = {{}}}, now);
  const Scheduler::Plan* third = scheduler.plan(now);
  EXPECT_EQ(third->batch.tokens[0], 9);
}

TEST_F(Pipeline, NobodyLosesPagesToAStepAhead) {
  Scheduler scheduler({.context_length = 96, .kv_tokens = 96, .vocabulary = vocabulary});
  const auto now = Clock::now();
  scheduler.add(generate(prompt(31), 40), now);
  scheduler.add(generate(prompt(32, 2), 1), now);
  ASSERT_EQ(scheduler.plan(now)->choices.chosen.size(), 2u);
  ASSERT_NE(scheduler.plan(now), nullptr);  // the first token of the first, on its first page
  scheduler.commit({.tokens = {7, 8}, .probabilities = {{}, {}}}, now);
  EXPECT_EQ(scheduler.events().size(), 3u);
}

TEST_F(Pipeline, WhoComesWhileStepsAreInFlightIsInTheNext) {
  Scheduler scheduler(roomy);
  const auto now = Clock::now();
  scheduler.add(generate(prompt(10), 20), now);
  scheduler.plan(now);
  scheduler.plan(now);
  scheduler.add(generate(prompt(10, 2), 20), now);
  scheduler.commit({.tokens = {1}, .probabilities = {{}}}, now);
  EXPECT_EQ(scheduler.plan(now)->batch.views.size(), 2u);
}

TEST_F(Pipeline, AnEndedSequenceTakesNothingOfTheStepAhead) {
  Scheduler scheduler(roomy);
  const auto now = Clock::now();
  const RequestId id = scheduler.add(generate(prompt(10), 20), now);
  scheduler.plan(now);
  scheduler.plan(now);
  scheduler.end(id, Ending::cancelled);
  EXPECT_TRUE(scheduler.empty());
  scheduler.commit({.tokens = {1}, .probabilities = {{}}}, now);
  scheduler.commit({.tokens = {2}, .probabilities = {{}}}, now);
  const auto events = scheduler.events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(std::get<Outcome>(events[0].second).tokens.empty()) << "its token in flight is no token";
}

TEST_F(Pipeline, AFailureEndsThoseInFlightAndTheOthersBeginAgain) {
  SchedulerOptions options = roomy;
  options.step_tokens = 32;
  Scheduler scheduler(options);
  HashProgram program(options);
  const auto now = Clock::now();
  const RequestId first = scheduler.add(generate(prompt(64), 3), now);
  const RequestId second = scheduler.add(generate(prompt(64, 2), 3), now);
  scheduler.plan(now);  // a chunk of the first
  scheduler.plan(now);
  scheduler.fail(std::make_exception_ptr(Error(ErrorCode::device_lost, "It is gone.")));
  std::map<RequestId, Event> ends;
  for (auto& [id, event] : scheduler.events())
    if (is_end(event)) ends.emplace(id, event);
  EXPECT_TRUE(std::holds_alternative<std::exception_ptr>(ends.at(first)));
  EXPECT_FALSE(ends.contains(second));
  const RequestId again = scheduler.add(generate(prompt(64), 3), now);
  while (const Scheduler::Plan* plan = scheduler.plan(now)) {
    program.begin(plan->batch);
    program.choose(plan->choices);
    scheduler.commit(program.finish(), now);
  }
  for (auto& [id, event] : scheduler.events())
    if (is_end(event)) ends.emplace(id, event);
  EXPECT_EQ(std::get<Outcome>(ends.at(second)).tokens, expected(prompt(64, 2), 3));
  EXPECT_EQ(std::get<Outcome>(ends.at(again)).tokens, expected(prompt(64), 3));
  EXPECT_EQ(std::get<Outcome>(ends.at(again)).cached_tokens, 0) << "nobody knows whether that was written";
}

// What a request asks for, and what its owner does.
struct Plot {
  Request request;
  int stop = -1;  // after so many tokens
  bool scores = false;
};

std::vector<Plot> plots(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<std::int32_t>(random() % n); };
  std::vector<Plot> made;
  for (int i = 0; i < 40; ++i) {
    Plot plot;
    plot.request = generate(prompt(1 + below(90), below(4)), 1 + below(60));
    auto& rules = std::get<Generate>(plot.request.task);
    if (below(3) == 0) rules.sampling.temperature = 1.0f;
    rules.sampling.seed = random();
    if (below(2) == 0) rules.sampling.alternatives = 0;
    if (below(8) == 0) rules.presence_penalty = 0.5f;
    if (below(8) == 0) rules.repetition_penalty = 1.5f;
    if (below(4) == 0) rules.bias = {{below(vocabulary), 1.0f, 2.0f}};
    if (below(2) == 0)
      for (int token = 0; token < 30; ++token) rules.end_tokens.push_back(below(vocabulary));
    if (below(4) == 0) plot.stop = 1 + below(20);
    plot.scores = below(6) == 0;
    plot.request.priority = below(8) == 0 ? 1 : 0;
    made.push_back(std::move(plot));
  }
  return made;
}

// What its owner sees of an answer: tokens, log-probabilities, and how it ended.
struct Seen {
  std::vector<std::int32_t> tokens;
  std::vector<float> scores;
  Ending ending = Ending::length;
  bool operator==(const Seen&) const = default;
};

Seen play(Driver& driver, const Plot& plot) {
  Seen seen;
  const auto see = [&](std::size_t, const Event& event) {
    if (const auto* rows = std::get_if<RowsEvent>(&event)) seen.scores.append_range(rows->values);
    const auto* token = std::get_if<TokenEvent>(&event);
    if (!token) return true;
    seen.tokens.push_back(token->token);
    for (const ScoredToken& score : token->probabilities) seen.scores.push_back(score.log_probability);
    return std::ssize(seen.tokens) != plot.stop;
  };
  Request request = plot.request;
  if (plot.scores) request.task = Score{static_cast<std::int32_t>(request.tokens.size() / 2)};
  const Outcome outcome = driver.run({request}, see).front();
  seen.ending = outcome.ending;
  EXPECT_EQ(outcome.tokens, seen.tokens);
  return seen;
}

SchedulerOptions narrow(bool recurrent) {
  SchedulerOptions options{.context_length = 192,
                           .kv_tokens = 448,
                           .windows = {0, 40},
                           .group_tokens = {448, 448},
                           .step_tokens = 70,
                           .max_sequences = 6,
                           .vocabulary = vocabulary};
  if (recurrent) {
    options.slots = 4;
    options.snapshots = 5;
    options.step_multiple = 64;
  }
  return options;
}

// Alone, one step after the other.
std::vector<Seen> alone(const std::vector<Plot>& all, const SchedulerOptions& options) {
  pipelined = false;
  std::vector<Seen> made;
  for (const Plot& plot : all) {
    Harness h(options);
    made.push_back(play(*h.driver, plot));
  }
  pipelined = true;
  return made;
}

TEST_F(Pipeline, ManyCallersGetWhatEachWouldAloneAndStepByStep) {
  for (const bool recurrent : {false, true}) {
    const SchedulerOptions options = narrow(recurrent);
    for (std::uint32_t seed = 0; seed < 4; ++seed) {
      const std::vector<Plot> all = plots(seed);
      const std::vector<Seen> wanted = alone(all, options);
      for (const bool worker : {false, true}) {
        Harness h(options);
        if (worker) h.driver->start_worker();
        std::vector<Seen> seen(all.size());
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < 8; ++t) {
          threads.emplace_back([&, t] {
            for (std::size_t i = t; i < all.size(); i += 8) seen[i] = play(*h.driver, all[i]);
          });
        }
        for (std::thread& thread : threads) thread.join();
        for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(seen[i], wanted[i]) << i;
      }
    }
  }
}

// Begin, choice and finish fail now and then, and requests are cancelled: the others get what they should, and what is
// left in the cache is right.
TEST_F(Pipeline, FailuresEndRequestsAndSpoilNothing) {
  for (const bool recurrent : {false, true}) {
    SchedulerOptions options = narrow(recurrent);
    for (const bool worker : {false, true}) {
      const std::vector<Plot> all = plots(7);
      const std::vector<Seen> wanted = alone(all, options);
      Harness h(options);
      h.program->fail_every = 23;
      if (worker) h.driver->start_worker();
      std::atomic<int> failed = 0;
      std::atomic<int> wrong = 0;
      std::vector<std::thread> threads;
      for (std::size_t t = 0; t < 6; ++t) {
        threads.emplace_back([&, t] {
          for (std::size_t i = t; i < all.size(); ++i) {
            Plot plot = all[i];
            std::atomic<int> asked = 0;
            const bool cancels = (i + t) % 5 == 0;
            if (cancels) plot.request.cancelled = [&] { return ++asked > 15; };
            try {
              const Seen seen = play(*h.driver, plot);
              if (!cancels && seen != wanted[i]) ++wrong;
            } catch (const Error& error) {
              if (error.code() != ErrorCode::device_lost) ++wrong;
              ++failed;
            }
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
      EXPECT_EQ(wrong, 0);
      EXPECT_GT(failed, 0);
    }
  }
}

TEST_F(Pipeline, AModelMayGoWithStepsInFlight) {
  std::exception_ptr error;
  {
    Harness h(roomy);
    h.driver->submit(generate(prompt(10), 50), [&](const Event& event) {
      if (const auto* failure = std::get_if<std::exception_ptr>(&event)) error = *failure;
      return true;
    });
    h.driver->poll();
    EXPECT_EQ(h.program->most_in_flight, 2);
  }
  EXPECT_THROW(std::rethrow_exception(error), Error);
}

TEST_F(Pipeline, PollingNeverWaitsForTheDevice) {
  Harness h(roomy);
  std::vector<std::int32_t> tokens;
  h.driver->submit(generate(prompt(10), 4), [&](const Event& event) {
    if (const auto* token = std::get_if<TokenEvent>(&event)) tokens.push_back(token->token);
    return true;
  });
  int polls = 0;
  while (h.driver->poll()) ++polls;
  EXPECT_EQ(tokens, expected(prompt(10), 4));
  EXPECT_EQ(polls, 3 * 4) << "the program is ready every third time that it is asked";
}

}  // namespace
}  // namespace gerbil::runtime
