// Ids and decoded texts against the reference, on the stored cases.
#include <gtest/gtest.h>

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
  EXPECT_GT(count, 1500u);
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
