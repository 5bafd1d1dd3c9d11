// Damaged files: the rules of a Precompiled normalizer.
#include <cstdint>
#include <utility>
#include <vector>
#include "malformed.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr auto corrupt = ErrorCode::corrupt;

// A charsmap in Base64 of a trie whose root is `root` and all other units zero, with the text "b".
std::string charsmap(std::size_t units, std::uint32_t root,
                     std::vector<std::pair<std::size_t, std::uint32_t>> others = {},
                     const std::string& text = std::string("b\0", 2)) {
  std::string bytes;
  const auto put = [&](std::size_t number) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 0xff);
  };
  put(units * 4);
  std::vector<std::uint32_t> trie(units);
  if (units > 0) trie[0] = root;
  for (const auto& [place, unit] : others) trie[place] = unit;
  for (const std::uint32_t unit : trie) put(unit);
  bytes += text;
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) result += at + i <= bytes.size() ? digits[group >> (18 - 6 * i) & 63] : '=';
  }
  return result;
}

std::string precompiled(const std::string& data) {
  return with(R"("normalizer": {"type": "Precompiled", "precompiled_charsmap": ")" + data + R"("})");
}

// The key "a" in a trie of 256 units: the root leads to 1, "a" is at 1 ^ 'a', and its value, `value`, where that leads.
std::string one_key(std::uint32_t value, const std::string& text) {
  return precompiled(
      charsmap(256, 1u << 10, {{0x60, (0x60u ^ 2u) << 10 | 1u << 8 | 'a'}, {2, value | 1u << 31}}, text));
}

TEST(Charsmap, IsAcceptedWhole) {
  const Tokenizer tokenizer = Tokenizer::from_json(one_key(0, std::string("b\0", 2)), "file.json");
  EXPECT_EQ(tokenizer.encode("aab"), (std::vector<TokenId>{1, 1, 1}));
}

INSTANTIATE_TEST_SUITE_P(
    Charsmap, Malformed,
    testing::Values(
        Attack{"Missing", corrupt, "precompiled_charsmap", with(R"("normalizer": {"type": "Precompiled"})")},
        Attack{"Null", corrupt, "precompiled_charsmap",
               with(R"("normalizer": {"type": "Precompiled", "precompiled_charsmap": null})")},
        Attack{"Empty", corrupt, "no trie", precompiled("")},
        Attack{"NotBase64", corrupt, "Base64", precompiled("AA*A")},
        Attack{"NoPadding", corrupt, "Base64", precompiled("AAAAAA")},
        Attack{"PaddingInside", corrupt, "Base64", precompiled("AA==AAAA")},
        Attack{"LooseBits", corrupt, "Base64", precompiled("AAAAAB==")},
        Attack{"EmptyTrie", corrupt, "trie of 0", precompiled(charsmap(0, 0))},
        Attack{"OddTrie", corrupt, "multiple of 4", precompiled("AwAAAAAAAAAA")},
        Attack{"TruncatedTrie", corrupt, "at most", precompiled(charsmap(256, 0).substr(0, 400))},
        Attack{"HugeTrie", corrupt, "at most", precompiled("/P///wAA")},
        Attack{"SmallTrie", corrupt, "outside", precompiled(charsmap(100, 1u << 10))},
        Attack{"RootLeadsOutside", corrupt, "outside", precompiled(charsmap(256, 300u << 10))},
        Attack{"RootIsAValue", corrupt, "outside", precompiled(charsmap(256, 1u << 31 | 300u << 10))},
        Attack{"UnitLeadsFarOutside", corrupt, "outside", precompiled(charsmap(256, 0, {{7, 0x7fffffffu}}))},
        Attack{"ValueBeyondTheText", corrupt, "at byte 2", one_key(2, std::string("b\0", 2))},
        Attack{"ValueInsideACharacter", corrupt, "at byte 1", one_key(1, std::string("\xc3\xa9\0", 3))},
        Attack{"NoText", corrupt, "at byte 0", one_key(0, "")},
        Attack{"NotUtf8", corrupt, "UTF-8", one_key(0, "\xff")}),
    attack_name);

}  // namespace
}  // namespace gerbil::tokenizer
