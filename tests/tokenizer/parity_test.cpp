// Ids and decoded texts against the reference, on the stored cases.
#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

TEST(Parity, EncodesAsTheReference) {
  std::size_t count = 0;
  for (const auto& [name, cases] : all_cases()) {
    const Tokenizer tokenizer = fixture(name);
    for (const Case& one : cases) {
      ASSERT_EQ(tokenizer.encode(one.text), one.ids) << name << ": " << testing::PrintToString(one.text);
      ++count;
    }
  }
  EXPECT_GT(count, 3000u);
}

TEST(Parity, DecodesAsTheReference) {
  std::size_t count = 0;
  for (const auto& [name, cases] : all_cases()) {
    const Tokenizer tokenizer = fixture(name);
    for (const Case& one : cases) {
      if (one.decoded.empty()) continue;
      ASSERT_EQ(tokenizer.decode(one.ids), one.decoded) << name << ": " << testing::PrintToString(one.text);
      ++count;
    }
  }
  EXPECT_GT(count, 1800u);
}

TEST(Parity, EncodesPairsAndCutsAsTheReference) {
  std::size_t cut = 0, of_second_type = 0;
  for (const auto& [name, cases] : all_pairs()) {
    const Tokenizer tokenizer = style(name);
    for (const PairCase& one : cases) {
      const EncodeOptions options{.max_tokens = one.max_tokens};
      const Encoding single = tokenizer.encode_single(one.first, options);
      ASSERT_EQ(single.ids, one.single.ids) << name << ": " << testing::PrintToString(one.first);
      ASSERT_EQ(single.type_ids, one.single.type_ids) << name << ": " << testing::PrintToString(one.first);
      const Encoding pair = tokenizer.encode_pair(one.first, one.second, options);
      const std::string texts = testing::PrintToString(one.first) + ", " + testing::PrintToString(one.second);
      ASSERT_EQ(pair.ids, one.pair.ids) << name << ": " << texts;
      ASSERT_EQ(pair.type_ids, one.pair.type_ids) << name << ": " << texts;
      cut += one.max_tokens == pair.ids.size();
      of_second_type += std::ranges::count(pair.type_ids, 1) > 0;
    }
  }
  EXPECT_GT(cut, 200u);
  EXPECT_GT(of_second_type, 200u);
}

TEST(Parity, StreamsWholeCharacters) {
  for (const auto& [name, cases] : all_cases()) {
    const Tokenizer tokenizer = fixture(name);
    for (const Case& one : cases) {
      Detokenizer detokenizer(tokenizer);
      std::string text, storage;
      for (const TokenId id : one.ids) {
        const std::string piece = detokenizer.push(id);
        ASSERT_EQ(well_formed_utf8(piece, storage), piece) << name << ": " << testing::PrintToString(one.text);
        text += piece;
      }
      text += detokenizer.finish();
      ASSERT_EQ(text, tokenizer.decode(one.ids)) << name;
    }
  }
}

TEST(Parity, ByteLevelIsLossless) {
  for (const char* name : {"llama3", "smollm2"}) {  // without a normalizer
    const Tokenizer tokenizer = style(name);
    for (const Case& one : all_cases().at(name)) {
      std::string storage;
      const std::string text(well_formed_utf8(one.text, storage));
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, false), false), text);
    }
  }
}

}  // namespace
}  // namespace gerbil::tokenizer
