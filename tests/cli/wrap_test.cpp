#include "wrap.hpp"

#include <gtest/gtest.h>

namespace gerbil::cli {
namespace {

// The text in pieces of every size must be shown the same way.
std::string wrapped(const std::string& text, int width) {
  std::string first;
  for (std::size_t size = text.size(); size > 0; --size) {
    WordWrap wrap;
    std::string shown;
    for (std::size_t at = 0; at < text.size(); at += size) shown += wrap.push(text.substr(at, size), width);
    shown += wrap.finish(width);
    if (first.empty()) first = shown;
    EXPECT_EQ(shown, first) << "pieces of " << size;
  }
  return first;
}

TEST(WordWrap, BreaksBetweenWords) {
  EXPECT_EQ(wrapped("the quick brown fox", 10), "the quick\nbrown fox");
  EXPECT_EQ(wrapped("the quick brown fox", 9), "the quick\nbrown fox");
  EXPECT_EQ(wrapped("the quick brown fox", 8), "the\nquick\nbrown\nfox");
  EXPECT_EQ(wrapped("the quick brown fox", 80), "the quick brown fox");
}

TEST(WordWrap, KeepsLinesAndIndentation) {
  EXPECT_EQ(wrapped("- a\n  - b c\n\n    code();\n", 8), "- a\n  - b c\n\n    code();");
  EXPECT_EQ(wrapped("a\tb c", 10), "a\tb\nc");  // b stands in column 8
}

TEST(WordWrap, BeginsWithAWord) { EXPECT_EQ(wrapped("\n \n  one\n\ntwo", 80), "  one\n\ntwo"); }

TEST(WordWrap, AWordThatIsLongerThanALineIsLeftToTheTerminal) {
  EXPECT_EQ(wrapped("see https://example.org/a yes", 10), "see\nhttps://example.org/a yes");
}

TEST(WordWrap, MeasuresColumnsAndNotBytes) {
  EXPECT_EQ(wrapped("Zwölf Boxkämpfer jagen", 16), "Zwölf Boxkämpfer\njagen");
  EXPECT_EQ(wrapped("e\xcc\x81tude e\xcc\x81tude", 11), "e\xcc\x81tude e\xcc\x81tude");  // combining accents
  EXPECT_EQ(wrapped("한국어 문장", 8), "한국어\n문장");                                  // two columns a syllable
}

TEST(WordWrap, ScriptsWithoutSpacesBreakAnywhereButBesidePunctuation) {
  EXPECT_EQ(wrapped("日本語の文章です", 8), "日本語の\n文章です");
  EXPECT_EQ(wrapped("日本語です。はい", 10), "日本語で\nす。はい");  // the full stop begins no line
  EXPECT_EQ(wrapped("日本語「です」", 8), "日本語\n「です」");
}

TEST(WordWrap, GraphemesStayWhole) {
  const std::string family = "👩‍👩‍👧";
  EXPECT_NE(wrapped("ab " + family + family, 7).find(family), std::string::npos);
}

TEST(WordWrap, ControlCharactersAreNotShown) { EXPECT_EQ(wrapped("a\x1b[2Jb\r\nc\x07", 80), "a[2Jb\nc"); }

}  // namespace
}  // namespace gerbil::cli
