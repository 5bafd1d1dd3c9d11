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

Tokenizer with_template() {
  return letters(R"(, "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "s", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 2}},
                 {"SpecialToken": {"id": "t", "type_id": 3}}],
      "pair": [{"SpecialToken": {"id": "s", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
               {"SpecialToken": {"id": "t", "type_id": 1}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "special_tokens": {"s": {"ids": [5]}, "t": {"ids": [6]}}})");
}

TEST(Tokenizer, GivesTypeIds) {
  const Encoding single = with_template().encode_single("abc ab");  // the space is unknown, and there is no unk_token
  EXPECT_THAT(single.ids, ElementsAre(5, 4, 3, 6));
  EXPECT_THAT(single.type_ids, ElementsAre(0, 2, 2, 3));
  const Encoding bare = with_template().encode_single("abc", {.add_special = false});
  EXPECT_THAT(bare.ids, ElementsAre(4));
  EXPECT_THAT(bare.type_ids, ElementsAre(2));
  const Encoding pair = with_template().encode_pair("abc", "ab");
  EXPECT_THAT(pair.ids, ElementsAre(5, 3, 6, 4));
  EXPECT_THAT(pair.type_ids, ElementsAre(0, 1, 1, 0));
  const Encoding plain = letters().encode_pair("abc", "ab");  // without a post-processor
  EXPECT_THAT(plain.ids, ElementsAre(4, 3));
  EXPECT_THAT(plain.type_ids, ElementsAre(0, 1));
}

TEST(Tokenizer, CutsTextsAndKeepsSpecialTokens) {
  const Tokenizer tokenizer = with_template();
  EXPECT_THAT(tokenizer.encode_single("acacac", {.max_tokens = 4}).ids, ElementsAre(5, 0, 2, 6));
  EXPECT_THAT(tokenizer.encode_single("acacac", {.max_tokens = 2}).ids, ElementsAre(5, 6));
  EXPECT_THAT(tokenizer.encode_single("ac", {.max_tokens = 100}).ids, ElementsAre(5, 0, 2, 6));
  EXPECT_THAT(tokenizer.encode_single("acacac", {.add_special = false, .max_tokens = 1}).ids, ElementsAre(0));
  // Second text first in this template: two of four tokens, and the one token of the other.
  EXPECT_THAT(tokenizer.encode_pair("a", "bcbc", {.max_tokens = 5}).ids, ElementsAre(5, 1, 2, 6, 0));
  EXPECT_THAT(tokenizer.encode_pair("acac", "b", {.max_tokens = 5}).ids, ElementsAre(5, 1, 6, 0, 2));
  EXPECT_THAT(tokenizer.encode_pair("acac", "bcbc", {.max_tokens = 6}).ids, ElementsAre(5, 1, 2, 6, 0, 2));
  EXPECT_THAT(tokenizer.encode_pair("acac", "bcbc", {.max_tokens = 2}).ids, ElementsAre(5, 6));
  try {
    tokenizer.encode_pair("a", "b", {.max_tokens = 1});
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), testing::HasSubstr("max_tokens is 1"));
  }
}

TEST(Tokenizer, IgnoresTruncationAndPaddingOfTheFile) {
  const Tokenizer tokenizer = style("modernbert");  // truncated to 16 and padded to 16 by its file
  EXPECT_EQ(tokenizer.encode("the").size(), 3u);
  EXPECT_GT(tokenizer.encode("the state of the other world and of the same people who took it there with them").size(),
            16u);
}

TEST(Tokenizer, DividesWordsIntoLongestPieces) {
  const Tokenizer tokenizer = Tokenizer::from_json(R"({"pre_tokenizer": {"type": "WhitespaceSplit"},
      "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
      "model": {"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 7,
                "vocab": {"?": 0, "un": 1, "una": 2, "##able": 3, "##ab": 4, "##le": 5, "##fable": 6, ".": 7}}})",
                                                   "words");
  EXPECT_THAT(tokenizer.encode("unle una unfable"), ElementsAre(1, 5, 2, 1, 6));
  EXPECT_THAT(tokenizer.encode("unable"), ElementsAre(0));    // "una" is the longest beginning, and "##ble" is no piece
  EXPECT_THAT(tokenizer.encode("unlelele"), ElementsAre(0));  // too long
  EXPECT_EQ(tokenizer.decode({1, 4, 7, 1}), "unab. un");
}

Tokenizer unigram(const std::string& unknown) {
  return Tokenizer::from_json(R"({"model": {"type": "Unigram", "unk_id": )" + unknown + R"(, "byte_fallback": true,
      "vocab": [["<unk>", 0], ["a", -1], ["b", -1], ["ab", -2.5], ["abc", -3], ["c", -4], ["<0xC3>", 0], ["<0xA9>", 0]]}})",
                              "unigram");
}

TEST(Tokenizer, FindsTheLikeliestPieces) {
  EXPECT_THAT(unigram("0").encode("ababc"), ElementsAre(1, 2, 4));
  EXPECT_THAT(unigram("0").encode("aéb"), ElementsAre(1, 6, 7, 2));
  EXPECT_THAT(unigram("0").encode("a一丁b"), ElementsAre(1, 0, 2));  // unknown together
}

TEST(Tokenizer, RefusesUnknownCharactersWithoutAToken) {
  EXPECT_THAT(unigram("null").encode("abc"), ElementsAre(4));
  try {
    unigram("null").encode("abé");
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), testing::HasSubstr("é"));
  }
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
  for (const char* name : {"qwen2", "llama2", "gemma", "unigram_bytes"}) {
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
