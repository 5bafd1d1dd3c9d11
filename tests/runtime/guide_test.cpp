// Answers that have to be of a kind, among others.
#include "runtime/guide.hpp"

#include <gtest/gtest.h>

#include "gerbil/error.hpp"
#include "runtime/hash_program.hpp"

namespace gerbil::runtime {
namespace {

const SchedulerOptions roomy{.context_length = 512, .kv_tokens = 16 * 512, .step_tokens = 64, .vocabulary = vocabulary};

// Each token ends with the digit 1 and is larger than what the one before leaves when divided by 500; complete after so
// many.
class Rising : public Guide {
 public:
  explicit Rising(int count) : count_(count) {}
  Mask mask() override {
    if (fails_at == accepted) throw Error(ErrorCode::invalid_argument, "It is too hard to say.");
    const auto made = std::make_shared<std::vector<std::uint32_t>>((vocabulary + 31) / 32);
    for (std::int32_t token = last_ + 10 - last_ % 10 + 1; token < vocabulary; token += 10)
      (*made)[static_cast<std::size_t>(token) / 32] |= 1u << token % 32;
    return made;
  }
  std::shared_ptr<Guide> fork() const override { return std::make_shared<Rising>(*this); }
  bool accept(std::int32_t token) override {
    EXPECT_EQ(token % 10, 1);
    EXPECT_GT(token, last_);
    last_ = token % 500;
    return ++accepted == count_;
  }

  int fails_at = -1;
  int accepted = 0;

 private:
  int count_;
  std::int32_t last_ = 0;
};

Request guided(int length, const std::shared_ptr<Guide>& guide) {
  return {.tokens = prompt(length), .task = Generate{.max_tokens = 50, .guide = guide}};
}

class Guides : public EitherWay {};
INSTANTIATE_TEST_SUITE_P(Runtime, Guides, testing::Bool(), way_name);

TEST_P(Guides, DecideOnEveryTokenAndOnTheEnd) {
  Harness h(roomy);
  const Outcome outcome = h.run(guided(40, std::make_shared<Rising>(7)));
  EXPECT_EQ(outcome.ending, Ending::complete);
  ASSERT_EQ(outcome.tokens.size(), 7u);
  for (const std::int32_t token : outcome.tokens) EXPECT_EQ(token % 10, 1);
  EXPECT_EQ(h.run(guided(40, std::make_shared<Rising>(51))).ending, Ending::length);
  EXPECT_EQ(h.run(guided(40, std::make_shared<Rising>(50))).ending, Ending::complete) << "with the last token";
}

TEST_P(Guides, AreNotPlannedAheadOf) {
  Harness h(roomy);
  h.run(guided(40, std::make_shared<Rising>(7)));
  EXPECT_EQ(h.program->most_in_flight, 1);
}

TEST_P(Guides, ThatFailEndTheirOwnRequestOnly) {
  Harness h(roomy);
  const auto failing = std::make_shared<Rising>(9);
  failing->fails_at = 3;
  EXPECT_THROW(h.run(guided(40, failing)), Error);
  EXPECT_EQ(failing->accepted, 3);
  std::vector<std::int32_t> tokens;
  bool failed = false;
  failing->accepted = 0;
  h.driver->submit(guided(40, failing), [&](const Event& event) {
    failed |= std::holds_alternative<std::exception_ptr>(event);
    return true;
  });
  h.driver->submit(generate(prompt(30), 8), [&](const Event& event) {
    if (const auto* token = std::get_if<TokenEvent>(&event)) tokens.push_back(token->token);
    return true;
  });
  while (h.driver->poll()) {
  }
  EXPECT_TRUE(failed);
  EXPECT_EQ(tokens, expected(prompt(30), 8));
}

TEST_P(Guides, GoOnWhereTheyWereWhenPagesWereLost) {
  // Room for one and a half of them.
  Harness h({.context_length = 128, .kv_tokens = 128, .vocabulary = vocabulary});
  std::vector<Request> requests;
  for (int i = 0; i < 3; ++i) {
    requests.push_back(guided(32, std::make_shared<Rising>(40)));
    requests.back().tokens = prompt(32, i);
  }
  const auto together = h.driver->run(requests, [](std::size_t, const Event&) { return true; });
  for (std::size_t i = 0; i < 3; ++i) {
    Harness alone(roomy);
    Request request = guided(32, std::make_shared<Rising>(40));
    request.tokens = requests[i].tokens;
    EXPECT_EQ(together[i].tokens, alone.run(request).tokens);
  }
}

}  // namespace
}  // namespace gerbil::runtime
