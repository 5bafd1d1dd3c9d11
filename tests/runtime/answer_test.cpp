#include "runtime/answer.hpp"

#include <gtest/gtest.h>

namespace gerbil::runtime {
namespace {

struct Shown {
  std::string text;
  std::string reasoning;
  bool stopped = false;
};

// The same text in pieces of every size must be shown the same way.
Shown show(const std::string& whole, std::size_t size, std::vector<std::string> stop, bool in_reasoning = false,
           const ReasoningTags& tags = {}) {
  Shown shown;
  AnswerText answer(std::move(stop), tags, {.reasoning = in_reasoning}, [&](std::string_view piece, bool reasoning) {
    (reasoning ? shown.reasoning : shown.text) += piece;
  });
  for (std::size_t i = 0; i < whole.size() && !shown.stopped; i += size)
    shown.stopped = !answer.push(whole.substr(i, size));
  answer.finish();
  shown.stopped = answer.stopped();
  EXPECT_EQ(answer.text(), shown.text);
  EXPECT_EQ(answer.reasoning(), shown.reasoning);
  return shown;
}

TEST(AnswerText, SplitsReasoningFromText) {
  const std::string whole = "\n<think>\nLet me see </thin.\n</think>\n\nThe answer is <4>.\n";
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    const Shown shown = show(whole, size, {});
    EXPECT_EQ(shown.reasoning, "\nLet me see </thin.\n") << size;
    EXPECT_EQ(shown.text, "The answer is <4>.\n") << size;
  }
}

TEST(AnswerText, KnowsTagsOfOtherModels) {
  const ReasoningTags channel{"<|channel>thought\n", "<channel|>"};
  const std::string whole = "<|channel>thought\n<think>Two and two.\n<channel|>Four.";
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    const Shown shown = show(whole, size, {}, false, channel);
    EXPECT_EQ(shown.reasoning, "<think>Two and two.\n") << size;
    EXPECT_EQ(shown.text, "Four.") << size;
  }
  EXPECT_EQ(show("<|channel>thought\n<channel|>Four.", 3, {}, false, channel).reasoning, "");
  EXPECT_EQ(show("<|channel>Four.", 3, {}, false, channel).text, "<|channel>Four.");
}

TEST(AnswerText, IsExactWhereAGrammarWantsIt) {
  for (const bool exact : {false, true}) {
    AnswerText answer({}, {}, {.exact = exact}, {});
    answer.push(" <think>a</think>b");
    answer.finish();
    EXPECT_EQ(answer.text(), exact ? " <think>a</think>b" : "b");
  }
}

TEST(AnswerText, StopsBeforeTheFirstStopSequence) {
  const std::string whole = "one END-two END three";
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    const Shown shown = show(whole, size, {"END t", "END-x", ""});
    EXPECT_EQ(shown.text, "one END-two ") << size;
    EXPECT_TRUE(shown.stopped);
  }
}

TEST(AnswerText, SaysWhichStopSequenceCameFirst) {
  AnswerText answer({"two", "END", "END!"}, {}, {}, {});
  answer.push("one END! two");
  EXPECT_EQ(answer.stop_sequence(), "END");
  EXPECT_EQ(answer.text(), "one ");
}

// A text that may be a tag is held back, so the stop sequence in it is found when the answer is complete.
TEST(AnswerText, AStopSequenceMayEndTheAnswer) {
  const Shown shown = show(" <thi", 9, {"<th"});
  EXPECT_EQ(shown.text, " ");
  EXPECT_TRUE(shown.stopped);
}

TEST(AnswerText, WhatOnlyLookedLikeAStopIsText) {
  for (std::size_t size = 1; size < 9; ++size) EXPECT_EQ(show("<thought EN", size, {"END"}).text, "<thought EN");
}

TEST(AnswerText, APromptMayOpenTheTag) {
  const Shown shown = show("hm</think> yes", 3, {}, true);
  EXPECT_EQ(shown.reasoning, "hm");
  EXPECT_EQ(shown.text, "yes");
}

TEST(AnswerText, UnfinishedReasoningStaysReasoning) {
  const Shown shown = show("<think>on and on</th", 4, {});
  EXPECT_EQ(shown.reasoning, "on and on</th");
  EXPECT_EQ(shown.text, "");
}

}  // namespace
}  // namespace gerbil::runtime
