// The ways in which a driver puts a scheduler to work, with several callers at once.
#include "runtime/driver.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "gerbil/error.hpp"
#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

const SchedulerOptions roomy{.context_length = 512, .kv_tokens = 16 * 512, .step_tokens = 64, .vocabulary = vocabulary};

// What became of a request that was submitted.
struct Answer {
  std::vector<std::int32_t> tokens;
  std::promise<Outcome> end;
  bool take(const Event& event) {
    if (const auto* token = std::get_if<TokenEvent>(&event)) tokens.push_back(token->token);
    if (const auto* outcome = std::get_if<Outcome>(&event)) end.set_value(*outcome);
    if (const auto* error = std::get_if<std::exception_ptr>(&event)) end.set_exception(*error);
    return true;
  }
};

RequestId submit(Driver& driver, Request request, Answer& answer) {
  return driver.submit(std::move(request), [&answer](const Event& event) { return answer.take(event); });
}

class Drivers : public EitherWay {};
INSTANTIATE_TEST_SUITE_P(Runtime, Drivers, testing::Bool(), way_name);

TEST_P(Drivers, AWorkerMakesAThousandAnswersWithoutAThreadEach) {
  Harness h(roomy);
  std::vector<Answer> answers(1000);
  for (int i = 0; i < 1000; ++i)
    submit(*h.driver, generate(prompt(5 + i % 40, i), 3 + i % 17), answers[static_cast<std::size_t>(i)]);
  h.driver->start_worker();
  for (int i = 0; i < 1000; ++i) {
    Answer& answer = answers[static_cast<std::size_t>(i)];
    const Outcome outcome = answer.end.get_future().get();
    EXPECT_EQ(outcome.tokens, expected(prompt(5 + i % 40, i), 3 + i % 17)) << i;
    EXPECT_EQ(answer.tokens, outcome.tokens) << i;
  }
}

TEST_P(Drivers, PollingRunsAStepAtATime) {
  Harness h(roomy);
  Answer answer;
  submit(*h.driver, generate(prompt(10), 3), answer);
  EXPECT_TRUE(answer.tokens.empty());
  while (answer.tokens.empty()) EXPECT_TRUE(h.driver->poll());
  EXPECT_EQ(answer.tokens.size(), 1u);
  EXPECT_EQ(h.program->steps, pipelined ? 2 : 1) << "begun";
  while (h.driver->poll()) {
  }
  EXPECT_EQ(answer.end.get_future().get().tokens, expected(prompt(10), 3));
}

// Nothing runs when a request ends before its first step, but who is told of it may ask for more.
TEST_P(Drivers, PollingGoesOnWithWhatAListenerSubmits) {
  Harness h(roomy);
  Answer answer;
  Request late = generate(prompt(10), 3);
  late.deadline = Clock::now() - std::chrono::seconds(1);
  h.driver->submit(std::move(late), [&](const Event&) {
    submit(*h.driver, generate(prompt(10), 3), answer);
    return true;
  });
  while (h.driver->poll()) {
  }
  EXPECT_EQ(answer.end.get_future().get().tokens, expected(prompt(10), 3));
}

TEST_P(Drivers, WaitingCallersAndSubmittedRequestsShareSteps) {
  for (const bool worker : {false, true}) {
    Harness h(roomy);
    if (worker) h.driver->start_worker();
    std::vector<Answer> answers(8);
    for (int i = 0; i < 8; ++i) submit(*h.driver, generate(prompt(20, i), 30), answers[static_cast<std::size_t>(i)]);
    std::vector<std::thread> threads;
    std::array<Outcome, 6> outcomes;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] { outcomes[static_cast<std::size_t>(i)] = h.run(generate(prompt(30, 50 + i), 40)); });
    for (std::thread& thread : threads) thread.join();
    while (h.driver->poll()) {
    }
    for (int i = 0; i < 6; ++i)
      EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].tokens, expected(prompt(30, 50 + i), 40));
    for (int i = 0; i < 8; ++i)
      EXPECT_EQ(answers[static_cast<std::size_t>(i)].end.get_future().get().tokens, expected(prompt(20, i), 30));
  }
}

TEST_P(Drivers, ACallMayRunManyRequests) {
  Harness h(roomy);
  std::vector<Request> requests;
  for (int i = 0; i < 600; ++i) requests.push_back(generate(prompt(8, i), 4));
  const auto outcomes = h.driver->run(std::move(requests), [](std::size_t, const Event&) { return true; });
  for (int i = 0; i < 600; ++i) EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].tokens, expected(prompt(8, i), 4)) << i;
  EXPECT_TRUE(h.driver->run({}, {}).empty());
}

TEST_P(Drivers, ACallerMayAskForMoreWhileItIsTold) {
  for (const bool worker : {false, true}) {
    Harness h(roomy);
    if (worker) h.driver->start_worker();
    std::vector<std::int32_t> inner;
    std::vector<float> rows;
    const Outcome outer = h.run(generate(prompt(10), 5), [&](std::int32_t) {
      if (inner.empty()) {
        inner = h.run(generate(prompt(12, 3), 6)).tokens;
        rows = h.score(prompt(20, 4));
      }
      return true;
    });
    EXPECT_EQ(outer.tokens, expected(prompt(10), 5));
    EXPECT_EQ(inner, expected(prompt(12, 3), 6));
    EXPECT_EQ(rows.size(), 20u * vocabulary);
  }
}

TEST_P(Drivers, AListenerCannotWaitWhereItWouldWaitForItself) {
  Harness h(roomy);
  std::promise<ErrorCode> code;
  h.driver->submit(generate(prompt(10), 1), [&](const Event& event) {
    if (!is_end(event)) return true;
    try {
      h.run(generate(prompt(5), 1));
    } catch (const Error& error) {
      code.set_value(error.code());
    }
    return true;
  });
  h.driver->start_worker();
  EXPECT_EQ(code.get_future().get(), ErrorCode::invalid_argument);
}

TEST_P(Drivers, AListenerMaySubmitAndEnd) {
  Harness h(roomy);
  h.driver->start_worker();
  Answer second;
  std::promise<Outcome> first;
  h.driver->submit(generate(prompt(10), 100), [&, count = 0](const Event& event) mutable {
    if (const auto* outcome = std::get_if<Outcome>(&event)) first.set_value(*outcome);
    if (++count == 2) submit(*h.driver, generate(prompt(9), 4), second);
    return count < 3;
  });
  const Outcome outcome = first.get_future().get();
  EXPECT_EQ(outcome.ending, Ending::stopped);
  EXPECT_EQ(outcome.tokens, expected(prompt(10), 3));
  EXPECT_EQ(second.end.get_future().get().tokens, expected(prompt(9), 4));
}

TEST_P(Drivers, OneCallersExceptionIsItsOwn) {
  Harness h(roomy);
  Answer good;
  std::atomic<int> seen = 0;
  h.driver->submit(generate(prompt(10, 2), 20), [&](const Event&) -> bool {
    ++seen;
    throw std::runtime_error("mine");
  });
  Request broken = generate(prompt(10, 3), 20);
  broken.cancelled = []() -> bool { throw std::runtime_error("mine, too"); };
  Answer bad;
  submit(*h.driver, broken, bad);
  submit(*h.driver, generate(prompt(10), 20), good);
  while (h.driver->poll()) {
  }
  EXPECT_EQ(good.end.get_future().get().tokens, expected(prompt(10), 20));
  EXPECT_THROW(bad.end.get_future().get(), std::runtime_error);
  EXPECT_EQ(seen, 1) << "it sees no more of it";
  EXPECT_THROW(h.run(broken), std::runtime_error);
}

TEST_P(Drivers, WhatStillRunsEndsWithTheModel) {
  Answer answer;
  {
    Harness h(roomy);
    submit(*h.driver, generate(prompt(10), 20), answer);
    h.driver->poll();
  }
  try {
    answer.end.get_future().get();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

TEST_P(Drivers, AModelMayGoWhileItsWorkerTellsTheLastOfItsListeners) {
  std::promise<void> told;
  {
    Harness h(roomy);
    Request late = generate(prompt(10), 3);
    late.deadline = Clock::now();
    h.driver->submit(std::move(late), [&](const Event&) {
      told.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      return true;
    });
    h.driver->start_worker();
    told.get_future().wait();
  }
}

TEST_P(Drivers, AFailedStepFailsThoseInItAndTheNextWorks) {
  Harness h(roomy);
  h.driver->start_worker();
  h.program->fail = true;
  Answer bad;
  submit(*h.driver, generate(prompt(40), 5), bad);
  EXPECT_THROW(bad.end.get_future().get(), Error);
  h.program->fail = false;
  Answer good;
  submit(*h.driver, generate(prompt(40), 5), good);
  EXPECT_EQ(good.end.get_future().get().tokens, expected(prompt(40), 5));
}

// Callers that come and go, slow ones, cancelled ones and ones that stop, in a cache that does not hold them all.
TEST_P(Drivers, ManyCallersAtTheLimitOfMemory) {
  for (const bool worker : {false, true}) {
    Harness h(
        {.context_length = 192, .kv_tokens = 384, .step_tokens = 40, .max_sequences = 6, .vocabulary = vocabulary});
    if (worker) h.driver->start_worker();
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 12; ++i) {
          const std::int32_t length = 10 + (t * 31 + i * 17) % 90;
          const std::int32_t count = 5 + (t * 7 + i * 13) % 80;
          const auto tokens = prompt(length, i % 3);
          const auto whole = expected(tokens, count);
          Request request = generate(tokens, count);
          std::atomic<int> asked = 0;
          if ((t + i) % 4 == 0) request.cancelled = [&] { return ++asked > 30; };
          const int stop = (t + i) % 5 == 0 ? 3 : count;
          int seen = 0;
          const Outcome outcome = h.run(request, [&](std::int32_t token) {
            if (token != whole[static_cast<std::size_t>(seen)]) ++wrong;
            if ((t + i) % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
            return ++seen < stop;
          });
          if (outcome.tokens != std::vector(whole.begin(), whole.begin() + std::ssize(outcome.tokens))) ++wrong;
          if (outcome.ending == Ending::stopped && std::ssize(outcome.tokens) != stop) ++wrong;
          if ((t + i) % 6 == 0 && h.score(tokens, length - 1).size() != vocabulary) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST_P(Drivers, ACallerWhoAsksForMoreThanThereIsRoomForIsServed) {
  for (const bool worker : {false, true}) {
    Harness h({.context_length = 128, .kv_tokens = 128, .vocabulary = vocabulary});
    if (worker) h.driver->start_worker();
    std::vector<std::int32_t> inner;
    const Outcome outer = h.run(generate(prompt(70), 30), [&](std::int32_t) {
      if (inner.empty()) inner = h.run(generate(prompt(60, 3), 5)).tokens;
      return true;
    });
    EXPECT_EQ(inner, expected(prompt(60, 3), 5));
    EXPECT_EQ(outer.tokens, expected(prompt(70), 30));
  }
}

TEST_P(Drivers, ACallThatHasBegunWaitsWhereTheQueueIsFull) {
  SchedulerOptions options = roomy;
  options.max_waiting = 3;
  options.max_sequences = 2;
  Harness h(options);
  std::atomic<int> done = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Request> requests;
      for (int i = 0; i < 60; ++i) requests.push_back(generate(prompt(8, 100 * t + i), 1));
      for (bool begun = false; !begun;) {
        try {
          done += static_cast<int>(h.driver->run(requests, [](std::size_t, const Event&) { return true; }).size());
          begun = true;
        } catch (const Error& error) {
          ASSERT_EQ(error.code(), ErrorCode::overloaded);
          ++refused;
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 180);
}

TEST_P(Drivers, WhoAsksWhileTheModelGoesIsRefused) {
  std::promise<ErrorCode> code;
  {
    Harness h(roomy);
    h.driver->submit(generate(prompt(10), 50), [&](const Event& event) {
      if (!is_end(event)) return true;
      try {
        h.driver->submit(generate(prompt(5), 1), [](const Event&) { return true; });
      } catch (const Error& error) {
        code.set_value(error.code());
      }
      return true;
    });
    h.driver->poll();
  }
  EXPECT_EQ(code.get_future().get(), ErrorCode::cancelled);
}

TEST_P(Drivers, AListenerMayBeTheLastOfSomethingThatAsks) {
  struct Asks {
    Driver* driver;
    ~Asks() { driver->end(1, Ending::cancelled); }
  };
  for (const bool throws : {false, true}) {
    Harness h(roomy);
    auto last = std::make_shared<Asks>(h.driver.get());
    h.driver->submit(generate(prompt(10), 2), [held = std::move(last), throws](const Event&) {
      if (throws) throw std::runtime_error("enough");
      return true;
    });
    while (h.driver->poll()) {
    }
  }
}

TEST_P(Drivers, TheWorkerIsNotHelped) {
  Harness h(roomy);
  h.driver->start_worker();
  Answer answer;
  submit(*h.driver, generate(prompt(10), 20), answer);
  EXPECT_FALSE(h.driver->poll());
  EXPECT_EQ(answer.end.get_future().get().tokens, expected(prompt(10), 20));
}

}  // namespace
}  // namespace gerbil::runtime
