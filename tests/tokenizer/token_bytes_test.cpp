// What single tokens are, in bytes: together they are the decoded text, but for spaces where it begins.
#include <gtest/gtest.h>

#include "fixtures.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

std::string_view without_space(std::string_view text) {
  return text.substr(std::min(text.size(), text.find_first_not_of(' ')));
}

TEST(TokenBytes, AddUpToTheDecodedText) {
  std::size_t count = 0;
  for (const auto& [name, cases] : all_cases()) {
    const Tokenizer tokenizer = fixture(name);
    for (const Case& one : cases) {
      if (one.decoded.empty()) continue;
      std::string bytes, storage;
      for (const TokenId id : one.ids) {
        if (!tokenizer.is_special(id)) bytes += tokenizer.bytes(id);
      }
      ASSERT_EQ(without_space(well_formed_utf8(bytes, storage)), without_space(one.decoded))
          << name << ": " << testing::PrintToString(one.text);
      ++count;
    }
  }
  EXPECT_GT(count, 1800u);
}

TEST(TokenBytes, MayBePartsOfCharacters) {
  const Tokenizer qwen = style("qwen2");
  std::string bytes;
  for (const TokenId id : qwen.encode("\U0001f98a")) bytes += qwen.bytes(id);
  EXPECT_EQ(bytes, "\U0001f98a");
  const Tokenizer llama = style("llama2");
  EXPECT_EQ(llama.bytes(*llama.id("<0xE2>")), "\xe2");
  EXPECT_EQ(llama.bytes(*llama.id("▁")), " ");
  EXPECT_EQ(llama.bytes(1 << 30), "");
}

}  // namespace
}  // namespace gerbil::tokenizer
