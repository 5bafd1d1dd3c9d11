// Context-free grammars, as GBNF and as the recogniser reads them.
#include <gmock/gmock.h>

#include "gerbil/error.hpp"
#include "grammar/gbnf.hpp"
#include "grammar/recognizer.hpp"

namespace gerbil::grammar {
namespace {

bool reads(const Productions& productions, std::string_view text) {
  Recognizer recognizer(productions);
  Recognizer::State state = recognizer.start();
  for (const char c : text) state = recognizer.step(state, static_cast<std::uint8_t>(c));
  return recognizer.can_end(state);
}

struct Row {
  std::string grammar;
  std::vector<std::string> read;
  std::vector<std::string> others;
};

const std::vector<Row> rows = {
    {"root ::= \"a\" b? c*\nb ::= [x-z]\nc ::= \"--\"", {"a", "ax", "ax----", "a--"}, {"", "ab", "a-"}},
    {"root ::= \"(\" root \")\" | \"\"", {"", "()", "((()))"}, {"(", "())", ")("}},
    {"# left recursion\nroot ::= root \"+\" t | t # end\nt ::= t \"*\" f | f\nf ::= [0-9]+ | \"(\" root \")\"",
     {"1", "1+2*3", "(1+2)*(3)", "((12))*4+5"},
     {"", "1+", "(1", "1 + 2", "1+2)"}},
    {"root ::= a a a\na ::= \"x\" | \"\" | a a", {"", "x", "xxxxxxx"}, {"y"}},
    {"root ::= a\na ::= b | \"1\"\nb ::= a | c \"2\"\nc ::= b | \"\"", {"1", "2", "22", "12", "122"}, {"", "21"}},
    {"root ::= (\"a\" root \"b\" | \"c\"){1,2}", {"c", "cc", "acb", "accbc", "acbacb"}, {"", "ccc", "acbb"}},
    {"root ::= x{2} y{1,} z{,2}x\nx ::= [^\\]\\n]\ny ::= \"\\\"\"\nz ::= \"\\x41\\u00e9\"", {}, {}},
    {"root ::= \"a\" |\n  \"b\"", {"a", "b"}, {"ab"}},
    {"root ::= (\"a\" |\n  \"b\"\n)+ .", {"aé", "abbax"}, {"a", "aéé"}},
    {"root ::= never | \"a\"\nnever ::= \"x\" never", {"a"}, {"x", "xa"}},
    {"root ::= s \"!\"\ns ::= s \"a\" | \"\"", {"!", "aaa!"}, {"aaa"}},
    {"root ::= s\ns ::= \"a\" s \"a\" | \"b\" s \"b\" | \"c\"", {"c", "abcba"}, {"abcab", "ab"}},
};

TEST(Gbnf, ReadsTexts) {
  for (const Row& row : rows) {
    if (row.read.empty()) continue;
    const Productions productions = parse_gbnf(row.grammar, Limits{});
    for (const std::string& text : row.read) EXPECT_TRUE(reads(productions, text)) << row.grammar << ": " << text;
    for (const std::string& text : row.others) EXPECT_FALSE(reads(productions, text)) << row.grammar << ": " << text;
  }
}

TEST(Gbnf, RefusesWithTheLine) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"a ::= \"x\"", "no rule 'root'"},
      {"root ::= a", "Line 1 of the grammar uses 'a', which is not defined"},
      {"root ::= \"a\"\nroot ::= \"b\"", "Line 2 of the grammar defines 'root' again"},
      {"root ::= \"a", "ends inside quotes"},
      {"root ::= (\"a\"", "'(' without a ')'"},
      {"root ::= \"a\")", "something unexpected after a rule"},
      {"root = \"a\"", "needs '::='"},
      {"root ::= [z-a]", "ends before it begins"},
      {"root ::= \"\\q\"", "unknown escape"},
      {"root ::= \"a\"{3,2}", "wrong order"},
      {"root ::= \"a\" root", "matches no text at all"},
      {"root ::= <nothing>", "no special token"},
      {"root ::= \"a\"{1000000}", "100000 repetitions"},
      {"root ::= " + std::string(200, '(') + "\"a\"" + std::string(200, ')'), "100 groups"},
      {"root ::= \"a\"" + std::string(200, '*'), "100 repetitions of repetitions"},
      {"root ::= (\"a\" root? \"b\"){60000}", "100000 rules"},
  };
  for (const auto& [text, reason] : refused) {
    try {
      parse_gbnf(text, Limits{});
      ADD_FAILURE() << text << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_THAT(error.what(), testing::HasSubstr(reason)) << text;
    }
  }
}

// A list of any length is always the same few states: what was learned of one item holds for the next.
TEST(Recognizer, KeepsNoStackForLists) {
  Recognizer recognizer(
      parse_gbnf("root ::= \"[\" item more \"]\"\nmore ::= \"\" | \",\" item more\nitem ::= [0-9] | root", Limits{}));
  Recognizer::State state = recognizer.step(recognizer.start(), '[');
  state = recognizer.step(state, '1');
  const Recognizer::State first = state;
  for (int i = 0; i < 100; ++i) {
    for (const char c : std::string(",[2,3],1")) state = recognizer.step(state, static_cast<std::uint8_t>(c));
    EXPECT_EQ(state, first);
  }
}

TEST(Recognizer, BoundsAmbiguity) {
  Limits limits;
  limits.threads = 50;
  std::string grammar = "root ::= ";
  for (int i = 0; i < 100; ++i) grammar += "r" + std::to_string(i) + " | ";
  grammar += "\"x\"";
  for (int i = 0; i < 100; ++i) grammar += "\nr" + std::to_string(i) + " ::= \"a\" r" + std::to_string(i) + "? \"b\"";
  EXPECT_THROW(Recognizer(parse_gbnf(grammar, limits)), Error);
}

}  // namespace
}  // namespace gerbil::grammar
