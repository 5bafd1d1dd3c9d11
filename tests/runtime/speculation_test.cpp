// Guesses that a step verifies: answers are the same with them, whoever guesses and whatever, and there are fewer
// steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "gerbil/error.hpp"
#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

using Guess = std::function<void(Draft&)>;

class TestDrafter : public Drafter {
 public:
  explicit TestDrafter(Guess guess) : guess_(std::move(guess)) {}
  void guess(std::vector<Draft>& drafts) override {
    for (Draft& draft : drafts) guess_(draft);
  }

 private:
  Guess guess_;
};

SchedulerOptions speculating(std::int32_t rows = 8) {
  return {.context_length = 512, .kv_tokens = 1024, .vocabulary = vocabulary, .draft_tokens = 7, .draft_rows = rows};
}

struct Speculation {
  Speculation(SchedulerOptions options, Guess guess) {
    options.drafter = guess != nullptr;
    auto owned = std::make_unique<HashProgram>(options);
    program = owned.get();
    driver = std::make_unique<Driver>(std::move(owned), options,
                                      guess ? std::make_unique<TestDrafter>(std::move(guess)) : nullptr);
  }
  std::vector<Outcome> run(std::vector<Request> requests) {
    return driver->run(std::move(requests), [](std::size_t, const Event&) { return true; });
  }
  HashProgram* program;
  std::unique_ptr<Driver> driver;
};

void guess_right(Draft& draft) { draft.guesses = expected(draft.tokens, draft.most); }
void guess_wrong(Draft& draft) {
  guess_right(draft);
  for (std::int32_t& guess : draft.guesses) guess = (guess + 1) % vocabulary;
}
// The first few are right.
Guess guess_sometimes(std::uint32_t seed, bool recurrent = false) {
  return [recurrent, random = std::mt19937(seed)](Draft& draft) mutable {
    draft.guesses = expected(draft.tokens, draft.most, {0}, recurrent);
    const auto wrong = random() % 9;
    if (wrong < draft.guesses.size()) draft.guesses[wrong] ^= 1;
    draft.guesses.resize(random() % (draft.guesses.size() + 1));
  };
}

class Speculate : public EitherWay {};
INSTANTIATE_TEST_SUITE_P(Ways, Speculate, testing::Bool(), way_name);

TEST_P(Speculate, RightGuessesSaveSteps) {
  Speculation s(speculating(), guess_right);
  EXPECT_EQ(s.run({generate(prompt(20), 100)}).front().tokens, expected(prompt(20), 100));
  // The prompt; 3, 6 and 7 guesses and a token after each.
  EXPECT_EQ(s.program->steps, 1 + 1 + 1 + (99 - 4 - 7 + 7) / 8);
  const ModelStatistics statistics = s.driver->statistics();
  EXPECT_EQ(statistics.drafted_tokens, statistics.accepted_tokens);
  EXPECT_EQ(statistics.accepted_tokens, 100 - s.program->steps);
}

TEST_P(Speculate, WrongGuessesChangeNothingAndSoonStop) {
  Speculation s(speculating(), guess_wrong);
  EXPECT_EQ(s.run({generate(prompt(20), 200)}).front().tokens, expected(prompt(20), 200));
  const ModelStatistics statistics = s.driver->statistics();
  EXPECT_EQ(statistics.accepted_tokens, 0);
  EXPECT_GT(statistics.drafted_tokens, 0);
  EXPECT_LE(statistics.drafted_tokens, 3 * 6) << "after 4, 8, 16, 32, 64 and 128 tokens";
}

TEST_P(Speculate, ATextThatRepeatsItselfIsGuessed) {
  SchedulerOptions options = speculating();
  options.windows = {1};  // what comes next hangs on one token
  Speculation s(options, nullptr);
  std::vector<std::int32_t> text = prompt(3);
  text.append_range(expected(text, 100, {1}));
  text.append_range(prompt(3));
  EXPECT_EQ(s.run({generate(text, 100)}).front().tokens, expected(text, 100, {1}));
  EXPECT_LT(s.program->steps, 20);
  EXPECT_GT(s.driver->statistics().accepted_tokens, 80);
}

TEST_P(Speculate, ManyRequestsOfAllKindsGetWhatTheyWouldGet) {
  const auto requests = [] {
    std::vector<Request> all;
    for (std::int32_t i = 0; i < 12; ++i) {
      Request request = generate(prompt(10 + 7 * i, i % 3), 20 + 5 * i);
      auto& task = std::get<Generate>(request.task);
      if (i % 4 == 1) task.sampling = {.temperature = 1.0f, .seed = static_cast<std::uint64_t>(i)};
      if (i % 4 == 2) task.frequency_penalty = 0.25f, task.repetition_penalty = 1.25f;
      if (i % 4 == 3) task.end_tokens = {1, 3, 5, 7, 11, 13, 17, 19, 23, 29};
      if (i % 5 == 0) task.sampling.alternatives = 0;
      all.push_back(std::move(request));
    }
    all.push_back({.tokens = prompt(40, 2), .task = Score{3}});
    return all;
  };
  struct Seen {
    std::vector<std::int32_t> tokens;
    std::vector<float> numbers;
    Ending ending = Ending::length;
  };
  const auto run = [&](Driver& driver) {
    std::vector<Seen> seen(requests().size());
    const auto outcomes = driver.run(requests(), [&](std::size_t number, const Event& event) {
      if (const auto* token = std::get_if<TokenEvent>(&event)) {
        seen[number].tokens.push_back(token->token);
        for (const ScoredToken& score : token->probabilities) seen[number].numbers.push_back(score.log_probability);
      }
      if (const auto* rows = std::get_if<RowsEvent>(&event)) seen[number].numbers.append_range(rows->values);
      return true;
    });
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      seen[i].ending = outcomes[i].ending;
      EXPECT_EQ(outcomes[i].tokens, seen[i].tokens);
    }
    return seen;
  };
  // Little room, so that sequences lose their pages; and the same with states, of which there are few as well.
  constexpr std::int32_t recurrent = 1000;
  for (const std::int32_t pages : {8, 12, 64, 8 + recurrent, 12 + recurrent, 64 + recurrent}) {
    SchedulerOptions options = speculating(64);
    const bool has_states = pages > recurrent;
    if (has_states) options.slots = 9, options.snapshots = 4, options.step_multiple = 32;
    options.context_length = 256;
    options.kv_tokens = pages % recurrent * kv_block_tokens;
    options.step_tokens = 48;
    Harness plain(options);
    const auto wanted = run(*plain.driver);
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
      Speculation s(options, guess_sometimes(seed, has_states));
      const auto got = run(*s.driver);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_EQ(got[i].tokens, wanted[i].tokens) << "request " << i << ", " << pages << " pages, seed " << seed;
        EXPECT_EQ(got[i].numbers, wanted[i].numbers);
        EXPECT_EQ(got[i].ending, wanted[i].ending);
      }
      EXPECT_GT(s.driver->statistics().accepted_tokens, 20);
      // What it left in the cache is what its tokens say.
      for (std::int32_t i = 0; i < 3; ++i) {
        auto text = prompt(10 + 7 * (4 * i), 4 * i % 3);
        EXPECT_EQ(s.run({generate(text, 9)}).front().tokens, expected(text, 9, {0}, has_states));
      }
    }
  }
}

SchedulerOptions with_states(std::int32_t slots) {
  SchedulerOptions options = speculating();
  options.slots = slots;
  options.snapshots = 8;
  options.step_multiple = 64;
  return options;
}

void guess_with_states(Draft& draft) { draft.guesses = expected(draft.tokens, draft.most, {0}, true); }

TEST_P(Speculate, StatesGoOnFromTheLastGuessThatWasRight) {
  Speculation s(with_states(8), guess_with_states);
  auto chat = prompt(100);
  const auto first = s.run({generate(chat, 100)}).front().tokens;
  EXPECT_EQ(first, expected(chat, 100, {0}, true));
  EXPECT_LT(s.program->steps, 25);
  chat.append_range(first);
  chat.append_range(prompt(20, 7));
  const Outcome next = s.run({generate(chat, 20)}).front();
  EXPECT_EQ(next.tokens, expected(chat, 20, {0}, true));
  EXPECT_EQ(next.cached_tokens, 192) << "guesses leave out no snapshot";
}

TEST_P(Speculate, ThereAreAsManyGuessesAsStatesHaveRoomFor) {
  Speculation full(with_states(1), guess_with_states);
  EXPECT_EQ(full.run({generate(prompt(10), 40)}).front().tokens, expected(prompt(10), 40, {0}, true));
  EXPECT_EQ(full.driver->statistics().drafted_tokens, 0);
  Speculation some(with_states(4), guess_with_states);
  std::vector<Request> requests;
  for (std::int32_t i = 0; i < 3; ++i) requests.push_back(generate(prompt(10, i), 40));
  const auto outcomes = some.run(std::move(requests));
  for (std::int32_t i = 0; i < 3; ++i)
    EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].tokens, expected(prompt(10, i), 40, {0}, true));
  EXPECT_GT(some.driver->statistics().accepted_tokens, 20);
}

// Whoever guesses from what the program hands over gets every row once, in order, however prompts are cut and guesses
// turn out.
TEST_P(Speculate, TheDrafterReadsEveryRowOnce) {
  for (const std::int32_t pages : {8, 64}) {
    SchedulerOptions options = speculating(64);
    options.kv_tokens = pages * kv_block_tokens;
    options.context_length = 256;
    options.step_tokens = 48;
    options.handed_width = 2;
    std::map<RequestId, std::int32_t> read;  // up to which token
    int rows = 0;
    Speculation s(options, [&, sometimes = guess_sometimes(3)](Draft& draft) mutable {
      const auto count = static_cast<std::int32_t>(draft.handed.size() / 2);
      const auto last = static_cast<std::size_t>(draft.first + count);
      ASSERT_LT(last, draft.tokens.size());
      if (draft.most > 0) {
        ASSERT_EQ(last, draft.tokens.size() - 1) << "all that is known";
      }
      for (std::int32_t i = 0; i < count; ++i) {
        ASSERT_EQ(draft.handed[static_cast<std::size_t>(2 * i)], draft.first + i);
        ASSERT_EQ(draft.handed[static_cast<std::size_t>(2 * i + 1)],
                  draft.tokens[static_cast<std::size_t>(draft.first + i)]);
      }
      // Where there is little room a sequence loses its pages, and begins anew.
      const auto before = read.find(draft.id);
      if (pages == 64 && before != read.end()) {
        ASSERT_EQ(draft.first, before->second);
      }
      ASSERT_GE(draft.blocks.size() * kv_block_tokens, last);
      read[draft.id] = static_cast<std::int32_t>(last);
      rows += count;
      if (draft.most > 0) sometimes(draft);
    });
    std::vector<Request> requests;
    for (std::int32_t i = 0; i < 5; ++i) requests.push_back(generate(prompt(20 + 40 * i, i), 60));
    requests.push_back({.tokens = prompt(40, 2), .task = Score{3}});
    const auto outcomes = s.run(std::move(requests));
    for (std::int32_t i = 0; i < 5; ++i)
      EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].tokens, expected(prompt(20 + 40 * i, i), 60));
    EXPECT_EQ(read.size(), 5u) << "scores are not guessed";
    EXPECT_GT(rows, 500);
    EXPECT_GT(s.driver->statistics().accepted_tokens, 20);
  }
}

TEST_P(Speculate, WhereThereIsNoRoomForGuessesNothingIsRead) {
  SchedulerOptions options = speculating(4);
  options.handed_width = 2;
  int read = 0;
  Speculation s(options, [&](Draft&) { ++read; });
  std::vector<Request> requests;
  for (std::int32_t i = 0; i < 4; ++i) requests.push_back(generate(prompt(20, i), 100));
  s.run(std::move(requests));
  EXPECT_LE(read, 4) << "the first may decode before the others do";
}

// While nothing is guessed, the rows are read in portions.
TEST_P(Speculate, ALongPromptIsReadInPortions) {
  SchedulerOptions options = speculating();
  options.context_length = 8192;
  options.kv_tokens = 8192;
  options.handed_width = 2;
  std::vector<std::size_t> portions;
  Speculation s(options, [&](Draft& draft) { portions.push_back(draft.handed.size() / 2); });
  s.run({generate(prompt(8000), 30)});
  EXPECT_GT(portions.size(), 3u);
  EXPECT_LE(std::ranges::max(portions), 2 * 1024u) << "two steps are in flight when enough waits";
}

TEST_P(Speculate, WindowsSlideOverWhatIsAccepted) {
  SchedulerOptions options = speculating();
  options.windows = {0, 40};
  Speculation s(options, [](Draft& draft) { draft.guesses = expected(draft.tokens, draft.most, {0, 40}); });
  EXPECT_EQ(s.run({generate(prompt(20), 300)}).front().tokens, expected(prompt(20), 300, {0, 40}));
  EXPECT_LT(s.program->steps, 60);
}

TEST_P(Speculate, GuessesTakeNoMoreRowsThanTheyMay) {
  Speculation s(speculating(6), guess_right);
  std::vector<Request> requests;
  for (std::int32_t i = 0; i < 4; ++i) requests.push_back(generate(prompt(5, i), 30));
  const auto outcomes = s.run(std::move(requests));
  for (std::int32_t i = 0; i < 4; ++i)
    EXPECT_EQ(outcomes[static_cast<std::size_t>(i)].tokens, expected(prompt(5, i), 30));
  EXPECT_LE(s.program->largest, 20u) << "the prompts";
  EXPECT_GT(s.driver->statistics().accepted_tokens, 0);
  Speculation full(speculating(4), guess_right);
  requests.clear();
  for (std::int32_t i = 0; i < 4; ++i) requests.push_back(generate(prompt(5, i), 30));
  full.run(std::move(requests));
  EXPECT_EQ(full.driver->statistics().drafted_tokens, 0) << "four decode in every step";
}

// Both get all pages there are when they end: 3 of 32 tokens each.
TEST_P(Speculate, GuessesCostNobodyPages) {
  SchedulerOptions options = speculating(64);
  options.context_length = 96;
  options.kv_tokens = 192;
  Speculation s(options, guess_right);
  std::vector<Request> requests{generate(prompt(32, 1), 64), generate(prompt(32, 2), 64)};
  s.run(std::move(requests));
  EXPECT_EQ(std::ranges::count(s.program->phases, 'p'), 2) << "nobody reads a prompt again";
}

// The first is at the end of its page, and ends there; the second needs the last page that there is.
TEST_P(Speculate, GuessesThatAreToComeTakeNoPageThatATokenNeeds) {
  SchedulerOptions options = speculating(64);
  options.context_length = 96;
  options.kv_tokens = 128;
  options.handed_width = 2;
  const auto answer = expected(prompt(29, 1), 4);
  Request short_one = generate(prompt(29, 1), 40);
  std::get<Generate>(short_one.task).end_tokens = {answer.back()};
  Speculation s(options, guess_wrong);
  const auto outcomes = s.run({std::move(short_one), generate(prompt(63, 2), 10)});
  EXPECT_EQ(outcomes[0].tokens, answer);
  EXPECT_EQ(outcomes[1].tokens, expected(prompt(63, 2), 10));
  EXPECT_EQ(s.program->steps, 10) << "nobody waits for the other's end";
}

TEST_P(Speculate, WhoEndsWithAGuessSaysNoMore) {
  const auto answer = expected(prompt(10), 30);
  for (std::size_t end = 1; end < 20; ++end) {
    Speculation s(speculating(), guess_right);
    const Outcome outcome =
        s.run({{.tokens = prompt(10), .task = Generate{.max_tokens = 100, .end_tokens = {answer[end]}}}}).front();
    EXPECT_EQ(outcome.tokens, std::vector(answer.begin(), std::ranges::find(answer, answer[end]) + 1));
    EXPECT_EQ(outcome.ending, Ending::end_token);
    EXPECT_EQ(s.run({generate(prompt(10), 30)}).front().tokens, answer);
  }
}

// Even tokens only, and the fifth that three divides is the last.
class Even : public Guide {
 public:
  Mask mask() override { return std::make_shared<std::vector<std::uint32_t>>((vocabulary + 31) / 32, 0x55555555u); }
  bool accept(std::int32_t token) override {
    EXPECT_EQ(token % 2, 0);
    return token % 3 == 0 && ++count_ == 5;
  }
  std::shared_ptr<Guide> fork() const override { return std::make_shared<Even>(*this); }

 private:
  int count_ = 0;
};

TEST_P(Speculate, GuessesFitWhatTheAnswerMustBe) {
  const auto guided = [](std::int32_t seed) {
    Request request = generate(prompt(10, seed), 60);
    std::get<Generate>(request.task).guide = std::make_shared<Even>();
    return request;
  };
  Harness plain(speculating());
  int guessed = 0;
  for (std::int32_t seed = 0; seed < 10; ++seed) {
    const Outcome wanted = plain.run(guided(seed));
    std::vector<std::int32_t> text = prompt(10, seed);
    text.append_range(wanted.tokens);
    // It knows what will be said, now and then what must not be, and goes on after the end.
    Speculation s(speculating(), [&, random = std::mt19937(9)](Draft& draft) mutable {
      for (std::int32_t i = 0; i < draft.most; ++i) {
        const std::size_t place = draft.tokens.size() + static_cast<std::size_t>(i);
        draft.guesses.push_back(place < text.size() && random() % 6 != 0 ? text[place] : 7);
      }
    });
    const Outcome got = s.run({guided(seed)}).front();
    EXPECT_EQ(got.tokens, wanted.tokens);
    EXPECT_EQ(got.ending, wanted.ending);
    guessed += static_cast<int>(s.driver->statistics().accepted_tokens);
  }
  EXPECT_GT(guessed, 50);
}

TEST_P(Speculate, WhatADrafterThrowsEndsTheRequests) {
  bool fails = true;
  Speculation s(speculating(), [&](Draft& draft) {
    if (fails) throw Error(ErrorCode::device_lost, "The draft is gone.");
    guess_right(draft);
  });
  EXPECT_THROW(s.run({generate(prompt(10), 30)}), Error);
  fails = false;
  EXPECT_EQ(s.run({generate(prompt(10), 30)}).front().tokens, expected(prompt(10), 30));
}

TEST_P(Speculate, FailuresAndCancellationsAmongGuesses) {
  Speculation s(speculating(64), guess_sometimes(5));
  s.program->fail_every = 17;
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i) {
    std::vector<Request> requests;
    for (std::int32_t r = 0; r < 3; ++r) {
      requests.push_back(generate(prompt(10 + r, i % 4), 40));
      requests.back().cancelled = [left = random() % 30]() mutable { return left-- == 0; };
    }
    try {
      const auto outcomes = s.run(std::move(requests));
      for (std::int32_t r = 0; r < 3; ++r) {
        const auto& tokens = outcomes[static_cast<std::size_t>(r)].tokens;
        EXPECT_EQ(tokens, expected(prompt(10 + r, i % 4), static_cast<int>(tokens.size())));
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::device_lost);
    }
  }
  EXPECT_GT(s.driver->statistics().accepted_tokens, 100);
}

}  // namespace
}  // namespace gerbil::runtime
