// What regular expressions match, and what they refuse.
#include <gmock/gmock.h>

#include "gerbil/error.hpp"
#include "grammar/automaton.hpp"
#include "grammar/regex.hpp"

namespace gerbil::grammar {
namespace {

struct Row {
  std::string pattern;
  std::vector<std::string> matched;
  std::vector<std::string> others;
};

const std::vector<Row> whole = {
    {"abc", {"abc"}, {"", "ab", "abcd"}},
    {"a|bc|", {"", "a", "bc"}, {"b", "abc"}},
    {"(?:ab){2,3}", {"abab", "ababab"}, {"ab", "abababab"}},
    {"a{0}b{2,}", {"bb", "bbbbbb"}, {"b", "abb"}},
    {"(a?){2,3}", {"", "a", "aaa"}, {"aaaa"}},
    {"\\d+\\.\\w*\\s", {"12.x_ ", "1.\n"}, {"1.", ".a "}},
    {"\\D\\W\\S", {"é!é"}, {"1!a", "aaa"}},
    {"[^a-c\\d]", {"d", "é", "𝄞", "-"}, {"a", "5", "", "dd"}},
    {"[a\\-z-]+", {"a-z"}, {"b"}},
    {"[é-ü]", {"é", "ü", "ö"}, {"e", "ý", "\xc3"}},
    {"[\\u{10000}-\\u{10FFFF}]", {"𝄞"}, {"é", "\xf4\x90\x80\x80"}},
    {"\\ud834\\udd1e", {"𝄞"}, {"\xed\xa0\xb4"}},
    {".", {"a", "€"}, {"\n", "\r", "ab", "\xed\xa0\x80", "\xc0\x80"}},
    {"\\x41\\u0042\\cA\\/", {"AB\x01/"}, {}},
    {"(?<year>\\d{4})-(?P<m>\\d\\d)", {"2024-05"}, {"2024-5"}},
    {"^a$|b", {"a", "b"}, {"ab"}},
    {"a*?b+?", {"b", "aabb"}, {"a"}},
    {"^(?=.*[A-Z])(?=.*\\d).{4,}$", {"Abc1", "1xxX"}, {"abc1", "Ab1"}},
    {"(?!ab)[a-c]{2}", {"aa", "ba"}, {"ab", "a", "aac"}},
    {"((?=a).|(?!a)..)c", {"ac", "bcc", "cac"}, {"bc", "aac", "aa"}},
    {"P(?=\\d|T\\d)(\\dD)?(T(?=\\d)(\\dH)?(\\dM)?)?", {"P1D", "PT2H", "P1DT3M"}, {"P", "P1DT", "PT"}},
    {"(?=ab|c)?[a-c]+", {"ab", "b", "c"}, {""}},
    {"(?!a$)[a-c]{1,2}", {"aa", "b"}, {"a"}},
    {"a^b|a?^c", {"c"}, {"ab", "ac", "b"}},
    {"[]|x", {"x"}, {"", "a"}},
    {"[^]", {"\n", "a"}, {""}},
    {"\\p{Lu}\\p{Uppercase_Letter}\\p{gc=Lu}\\p{General_Category=L}", {"AÉЖ语", "ΩZZa"}, {"aÉЖ语", "A1BC", "AB"}},
    {"\\p{Script=Greek}+", {"αβγ", "Ωμέγα"}, {"a", "б", "·"}},
    {"\\p{sc=Grek}\\p{scx=Deva}", {"α।"}, {"।।"}},
    {"[\\p{L}\\p{Nd}_-]+", {"größe_1-٣", "名前"}, {"a b", "½", "!"}},
    {"\\P{L}[^\\p{L}][\\P{Alphabetic}]", {"1 !", "½€𝄞"}, {"a11", "1é1", "11语"}},
    {"\\p{Emoji_Presentation}\\p{ASCII_Hex_Digit}\\p{Any}", {"😀f\n"}, {"1f1", "😀gx"}},
    {"\\p{digit}\\p{White_Space}\\p{Assigned}\\p{LC}", {"٣ aB"}, {"x aB", "٣ \u0378B", "٣ a1"}},
};

TEST(Regex, MatchesTheWholeText) {
  for (const Row& row : whole) {
    Expressions expressions{Limits{}};
    const Expression made = parse_regex(expressions, row.pattern, Spelling::raw, Anchoring::whole);
    for (const std::string& text : row.matched)
      EXPECT_TRUE(expressions.matches(made, text)) << row.pattern << ": " << text;
    for (const std::string& text : row.others)
      EXPECT_FALSE(expressions.matches(made, text)) << row.pattern << ": " << text;
  }
}

TEST(Regex, SearchesInJsonStrings) {
  const std::vector<Row> rows = {
      {"a", {"a", "xay"}, {"", "b"}},
      {"^a", {"a", "ab"}, {"ba"}},
      {"a$", {"ba"}, {"ab"}},
      {"^(a|b$)", {"ax", "b"}, {"bx"}},
      {"\\n\"", {R"(x\n\"y)"}, {"\n\"", R"(\u000a\")"}},
      {"^[^a]*$", {R"(\\\u001f\u001F)", ""}, {"\\", "\"", "a"}},
      {"^\\\\$", {R"(\\)"}, {"\\"}},
  };
  for (const Row& row : rows) {
    Expressions expressions{Limits{}};
    const Expression made = parse_regex(expressions, row.pattern, Spelling::json, Anchoring::search);
    for (const std::string& text : row.matched)
      EXPECT_TRUE(expressions.matches(made, text)) << row.pattern << ": " << text;
    for (const std::string& text : row.others)
      EXPECT_FALSE(expressions.matches(made, text)) << row.pattern << ": " << text;
  }
}

TEST(Regex, RefusesWithASentence) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"(", "has a '(' without a ')'"},
      {")", "')' too many"},
      {"[a", "'[' without a ']'"},
      {"*a", "repeats nothing"},
      {"a{2,1}", "wrong order"},
      {"a{", "malformed repetition"},
      {"\\q", "unknown escape"},
      {"\\1", "a back reference"},
      {"\\bx", "a word boundary"},
      {"(?<=a)b", "a look-behind"},
      {"(?i)a", "flags"},
      {"\\p{Greek}", "a Unicode property 'Greek', which is unknown, at character 9"},
      {"\\p{letter}", "'letter'"},
      {"\\p{sc=Nowhere}", "'sc=Nowhere'"},
      {"\\p{sc=greek}", "'sc=greek'"},
      {"\\p{gc=Alphabetic}", "'gc=Alphabetic'"},
      {"\\p{L", "without a '}'"},
      {"\\pL", "'{' after \\p"},
      {"[\\p{L}-z]", "or of a class"},
      {"(?:(?=a)b)*c", "look-aheads"},
      {"[b-a]", "ends before"},
      {"\\", "ends with a backslash"},
      {"a++", "possessive"},
      {"a{100001}", "100000 repet"},
      {std::string(200, '('), "100 groups"},
      {"\xff", "not well-formed"},
      {"\\uD83Dx\\u", "hexadecimal"},
  };
  for (const auto& [pattern, reason] : rows) {
    Expressions expressions{Limits{}};
    try {
      parse_regex(expressions, pattern, Spelling::raw, Anchoring::whole);
      ADD_FAILURE() << pattern << " was accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(reason)) << pattern;
    }
  }
}

TEST(Automaton, KnowsWhatCanMatch) {
  Expressions expressions{Limits{}};
  const auto parse = [&](std::string_view pattern) {
    return parse_regex(expressions, pattern, Spelling::raw, Anchoring::whole);
  };
  const Expression never = expressions.both({parse("(aa)*b"), parse("a(aa)*b")});
  const Expression once = expressions.both({parse("[a-c]*"), parse(".*cab.*"), parse(".{3,}")});
  const Expression others = expressions.both({parse("[ab]*"), expressions.complement(parse("a*"))});
  Automaton automaton(expressions, {never, once, others});
  EXPECT_FALSE(automaton.can_match(never));
  EXPECT_TRUE(automaton.can_match(once));
  EXPECT_TRUE(automaton.can_match(others));
  EXPECT_TRUE(expressions.matches(others, "aab"));
  EXPECT_FALSE(expressions.matches(others, "aa"));
}

TEST(Automaton, CountsPlainCharacters) {
  Expressions expressions{Limits{}};
  const Expression five = parse_regex(expressions, "[^]{0,5}", Spelling::raw, Anchoring::whole);
  const Expression ascii = parse_regex(expressions, "[ -~]*", Spelling::raw, Anchoring::whole);
  const Expression any = any_text(expressions, Spelling::json);
  Automaton automaton(expressions, {five, ascii, any});
  EXPECT_TRUE(automaton.takes(Plain::any, any, 1000));
  EXPECT_TRUE(automaton.takes(Plain::any, five, 5));
  EXPECT_FALSE(automaton.takes(Plain::any, five, 6));
  EXPECT_FALSE(automaton.takes(Plain::any, ascii, 1));
}

TEST(Expressions, MultiplesOfANumber) {
  Expressions expressions{Limits{}};
  const Expression seven = expressions.multiple({.divisor = 7});
  for (int i = 0; i < 200; ++i) EXPECT_EQ(expressions.matches(seven, std::to_string(i)), i % 7 == 0) << i;
  const Expression quarter = expressions.multiple({.divisor = 25, .fraction = 2});
  EXPECT_TRUE(expressions.matches(quarter, "1.5"));
  EXPECT_TRUE(expressions.matches(quarter, "3"));
  EXPECT_TRUE(expressions.matches(quarter, "0.75000"));
  EXPECT_FALSE(expressions.matches(quarter, "0.7"));
  EXPECT_FALSE(expressions.matches(quarter, "0.755"));
}

TEST(Expressions, LiteralsShareTheirPrefixes) {
  Expressions expressions{Limits{}};
  const std::vector<std::string> texts = {"a", "ab", "abc", "b", "bcd", "bce", ""};
  const Expression made = expressions.literals(texts);
  for (const std::string& text : texts) EXPECT_TRUE(expressions.matches(made, text)) << text;
  for (const char* text : {"c", "bc", "abcd"}) EXPECT_FALSE(expressions.matches(made, text)) << text;
}

// Patterns that make backtracking matchers slow, or deterministic automata large, end soon: matched, or refused.
TEST(Expressions, HaveBounds) {
  Limits limits;
  limits.expression_words = 20'000;
  const std::vector<std::string> patterns = {"(a+)+b", "(a|aa){1,1000}b", ".*a.{100}", "((a?){50}a{50}){50}",
                                             "(a*)*(a*)*b"};
  for (const std::string& pattern : patterns) {
    try {
      Expressions expressions(limits);
      const Expression made = parse_regex(expressions, pattern, Spelling::raw, Anchoring::whole);
      expressions.matches(made, std::string(3000, 'a'));
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("20000 words")) << pattern;
    }
  }
}

}  // namespace
}  // namespace gerbil::grammar
