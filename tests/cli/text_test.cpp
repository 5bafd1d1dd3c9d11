// Texts are UTF-8, wherever they come from.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kLatin = "caf\xe9";

void expect_refused(const Arguments& arguments, int status, const std::string& input = {}) {
  const Outcome outcome = gerbil(arguments, input);
  EXPECT_EQ(outcome.status, status) << ::testing::PrintToString(arguments);
  EXPECT_THAT(outcome.err, HasSubstr("byte 0xE9 at offset 3 is not UTF-8")) << ::testing::PrintToString(arguments);
  EXPECT_THAT(outcome.out, IsEmpty()) << ::testing::PrintToString(arguments);
}

TEST(Text, AnArgumentThatIsNoneIsRefused) {
  for (const Arguments& arguments :
       {Arguments{"run", kLatin}, Arguments{"run", nano(), kLatin}, Arguments{"run", "hi", "--system", kLatin},
        Arguments{"run", "hi", "--stop", "a", "--stop", kLatin}, Arguments{"chat", "--system=" + kLatin},
        Arguments{"embed", nano(), "--text", "a", "--text", kLatin},
        Arguments{"embed", nano(), "--text", "a", "--task", kLatin},
        Arguments{"rerank", nano(), "--query", kLatin, "--text", "a"},
        Arguments{"rerank", nano(), "--query", "a", "--text", kLatin},
        Arguments{"rerank", nano(), "--query", "a", "--text", "a", "--instruction", kLatin},
        Arguments{"similarity", nano(), kLatin, "a"}, Arguments{"similarity", nano(), "a", kLatin},
        Arguments{"tokenize", nano(), "--text", kLatin}})
    expect_refused(arguments, 2);
}

TEST(Text, AFileThatIsNoneIsRefused) {
  const TemporaryFolder folder;
  const std::string file = folder.write("latin", kLatin);
  for (const Arguments& arguments :
       {Arguments{"run", nano(), "-f"}, Arguments{"embed", nano(), "--file"},
        Arguments{"rerank", nano(), "--query", "a", "--file"}, Arguments{"tokenize", nano(), "--file"},
        Arguments{"render", nano(), "--messages"}, Arguments{"run", nano(), "hi", "--tools"}}) {
    Arguments named = arguments, piped = arguments;
    named.push_back(file);
    piped.emplace_back("-");
    expect_refused(named, 1);
    expect_refused(piped, 1, kLatin);
  }
  expect_refused({"chat", nano()}, 1, kLatin);
}

// Reference: Unicode 17, table 3-7.
TEST(Text, WhatIsWellFormedPasses) {
  const auto status = [](const std::string& text) { return gerbil({"tokenize", nano(), "--file", "-"}, text).status; };
  for (const std::string text : {"", "\xc2\x80", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(status(text), 0) << text;
  for (const std::string text : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82", "\xff"})
    EXPECT_EQ(status(text), 1) << text;
}

TEST(Text, ANulIsACharacter) {
  EXPECT_THAT(gerbil_json({"tokenize", nano()}, std::string("a\0b", 3)).at("tokens"), ElementsAre("a", "Ā", "b"));
}

}  // namespace
}  // namespace gerbil::testing
