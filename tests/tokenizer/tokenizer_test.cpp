// The public functions on tokenizers small enough to follow by hand.
#include "tokenizer/tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "fixtures.hpp"
#include "gerbil/error.hpp"

namespace gerbil::tokenizer {
namespace {

using testing::ElementsAre;

Tokenizer letters(const std::string& rest = "", const std::string& model = "") {
  return Tokenizer::from_json(R"({"added_tokens": [
      {"id": 5, "content": "<s>", "special": true, "normalized": false},
      {"id": 6, "content": "<t>", "special": false, "normalized": false}])" +
                                  rest + R"(, "model": {"type": "BPE")" + model + R"(,
      "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}, "merges": ["a b", ["ab", "c"]]}})",
                              "letters");
}

TEST(Tokenizer, MergesByRank) {
  EXPECT_THAT(letters().encode("abcabbaxc"), ElementsAre(4, 3, 1, 0, 2));
  EXPECT_THAT(letters().encode(""), ElementsAre());
}

TEST(Tokenizer, FindsAddedTokens) {
  EXPECT_THAT(letters().encode("ab<s>c<t><s"), ElementsAre(3, 5, 2, 6));
  EXPECT_EQ(letters().decode({3, 5, 2, 6}), "ab c <t>");  // no decoder: joined with spaces
  EXPECT_EQ(letters().decode({3, 5, 2, 6}, false), "ab <s> c <t>");
}

TEST(Tokenizer, AnswersAboutTokens) {
  const Tokenizer tokenizer = letters();
  EXPECT_EQ(tokenizer.vocabulary_size(), 7u);
  EXPECT_EQ(tokenizer.id("abc"), 4);
  EXPECT_EQ(tokenizer.id("<t>"), 6);
  EXPECT_EQ(tokenizer.id("bc"), std::nullopt);
  EXPECT_EQ(tokenizer.token(3), "ab");
  EXPECT_EQ(tokenizer.token(5), "<s>");
  EXPECT_EQ(tokenizer.token(7), "");
  EXPECT_EQ(tokenizer.token(-1), "");
  EXPECT_TRUE(tokenizer.is_special(5));
  EXPECT_FALSE(tokenizer.is_special(6));
  EXPECT_FALSE(tokenizer.is_special(100));
}

TEST(Tokenizer, AddsSpecialTokensOnRequest) {
  const Tokenizer tokenizer = letters(R"(, "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "<t>", "type_id": 0}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [5], "tokens": ["<s>"]}, "<t>": {"id": "<t>", "ids": [6, 5]}}})");
  EXPECT_THAT(tokenizer.encode("ab"), ElementsAre(5, 3, 6, 5));
  EXPECT_THAT(tokenizer.encode("ab", false), ElementsAre(3));
}

TEST(Tokenizer, RefusesUnknownIds) {
  for (const TokenId id : {-1, 7, 1 << 30}) {
    try {
      letters().decode({0, id});
      FAIL() << id;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_THAT(error.what(), testing::HasSubstr(std::to_string(id)));
    }
  }
}

TEST(Tokenizer, ReplacesMalformedBytes) {
  const Tokenizer tokenizer = style("llama3");
  EXPECT_EQ(tokenizer.encode("a\xff\xe2\x82z"), tokenizer.encode("a\ufffd\ufffdz"));
  EXPECT_EQ(tokenizer.encode(std::string_view("a\0b", 3)).size(), 4u);
}

TEST(Tokenizer, EncodesLongWordsInTime) {
  // A quadratic merge of two million symbols would take hours.
  const auto start = std::chrono::steady_clock::now();
  for (const char* name : {"qwen2", "llama2", "gemma"}) {
    const Tokenizer tokenizer = style(name);
    for (const std::string unit : {"a", "ab", "the", "\u00e9", "=", " "}) {
      std::string text;
      while (text.size() < 300'000) text += unit;
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, false), false), text) << name << unit;
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(Tokenizer, EncodesFromSeveralThreads) {
  const Tokenizer tokenizer = style("qwen2");
  const auto cases = all_cases().at("qwen2");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (const Case& one : cases) wrong[t] += tokenizer.encode(one.text) != one.ids;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST(Detokenizer, HoldsBackUnfinishedCharacters) {
  const Tokenizer tokenizer = style("qwen2");
  const auto ids = tokenizer.encode("\u2728");  // not in the small vocabulary: three bytes
  ASSERT_EQ(ids.size(), 3u);
  Detokenizer detokenizer(tokenizer);
  EXPECT_EQ(detokenizer.push(ids[0]), "");
  EXPECT_EQ(detokenizer.push(ids[1]), "");
  EXPECT_EQ(detokenizer.push(ids[2]), "\u2728");
  EXPECT_EQ(detokenizer.push(ids[0]), "");
  EXPECT_EQ(detokenizer.push(ids[0]), "\ufffd");
  EXPECT_EQ(detokenizer.finish(), "\ufffd");
  EXPECT_EQ(detokenizer.finish(), "");
}

TEST(Detokenizer, DropsTheSpaceThatEncodingPutInFront) {
  const Tokenizer tokenizer = style("llama2");
  const auto ids = tokenizer.encode("the state");
  Detokenizer detokenizer(tokenizer);
  std::string text;
  for (const TokenId id : ids) text += detokenizer.push(id);
  EXPECT_EQ(text + detokenizer.finish(), "the state");
}

}  // namespace
}  // namespace gerbil::tokenizer
