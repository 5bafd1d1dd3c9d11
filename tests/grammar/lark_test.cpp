// Grammars as Lark writes them.
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
    {"start: \"a\" b? C*\nb: \"x\"..\"z\"\nC: \"--\"", {"a", "ax", "ax----", "a--"}, {"", "ab", "a-", "a --"}},
    {R"lark(// arithmetic
?start: sum
?sum: product
    | sum "+" product   -> add
    | sum "-" product   -> sub
?product: atom
    | product "*" atom  -> mul
?atom: NUMBER           -> number
     | "(" sum ")"
%import common.NUMBER
%import common.WS_INLINE
%ignore WS_INLINE)lark",
     {"1", "1+2*3", " 1 + ( 2.5 -3e2 ) * 4 "},
     {"", "1+", "(1", "1\n+2", "+"}},
    {"start: item~2 \",\" item~1..3\nitem.2: \"select\"i | WORD\n%import common (WORD, INT -> NUM)",
     {"SelectSELECT,a", "ab,abc"},
     {"selectselect", "a1,a"}},
    {"!start: [\"-\"] (A | B)+ # either\nA: /[0-4]{2}/\nB: \"\\u00e9\\n\" A", {"-12", "é\n0033"}, {"--12", "1", "é12"}},
    {"start: value\nvalue: \"[\" [value (\",\" value)*] \"]\" | ESCAPED_STRING\n%import common.ESCAPED_STRING\n"
     "%import common.WS\n%ignore WS\n%ignore /#[^\\n]*\\n/",
     {"[]", "[ \"a\" , [ ] ]\n", "#x\n[#y\n\"\\\"\"]", "\"\""},
     {"[,]", "#[]", "\"a"}},
};

TEST(Lark, ReadsTexts) {
  for (const Row& row : rows) {
    const Productions productions = parse_gbnf(row.grammar, Limits{});
    for (const std::string& text : row.read) EXPECT_TRUE(reads(productions, text)) << row.grammar << ": " << text;
    for (const std::string& text : row.others) EXPECT_FALSE(reads(productions, text)) << row.grammar << ": " << text;
  }
}

TEST(Lark, NamesSpecialTokens) {
  const auto find = [](std::string_view text) { return text == "<|end|>" ? std::optional(7u) : std::nullopt; };
  Recognizer recognizer(parse_gbnf("start: \"a\" <|end|>", Limits{}, find));
  const auto state = recognizer.step_token(recognizer.step(recognizer.start(), 'a'), 7);
  EXPECT_TRUE(recognizer.can_end(state));
}

TEST(Lark, RefusesWithTheLine) {
  const auto refusal = [](const std::string& grammar, ErrorCode code) -> std::string {
    try {
      parse_gbnf(grammar, Limits{});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "no error";
  };
  using ::testing::HasSubstr;
  constexpr auto wrong = ErrorCode::invalid_argument;
  EXPECT_THAT(refusal("start: a\n", wrong), HasSubstr("Line 1 of the grammar uses 'a', which is not defined"));
  EXPECT_THAT(refusal("start: \"a\"\nstart: \"b\"", wrong), HasSubstr("Line 2 of the grammar defines 'start' again"));
  EXPECT_THAT(refusal("start: (\"a\"", wrong), HasSubstr("bracket that is not closed"));
  EXPECT_THAT(refusal("start: \"a", wrong), HasSubstr("ends inside quotes"));
  EXPECT_THAT(refusal("start: /a", wrong), HasSubstr("ends inside a pattern"));
  EXPECT_THAT(refusal("start: \"a\"~3..2", wrong), HasSubstr("wrong order"));
  EXPECT_THAT(refusal("start: <|nobody|>", wrong), HasSubstr("no special token"));
  EXPECT_THAT(refusal("start: \"\\q\"", wrong), HasSubstr("unknown escape"));
  EXPECT_THAT(refusal("start: a{b}\n", ErrorCode::unsupported), HasSubstr("a rule with parameters"));
  EXPECT_THAT(refusal("start: \"a\"\n%declare X", ErrorCode::unsupported),
              HasSubstr("Line 2 of the grammar uses %declare"));
  EXPECT_THAT(refusal("start: X\n%import python.X", ErrorCode::unsupported),
              HasSubstr("another grammar than 'common'"));
  EXPECT_THAT(refusal("start: /a/i", ErrorCode::unsupported), HasSubstr("flags of a pattern"));
  std::string deep = "start: ";
  for (int i = 0; i < 200; ++i) deep += "(";
  EXPECT_THAT(refusal(deep, wrong), HasSubstr("groups inside groups"));
}

}  // namespace
}  // namespace gerbil::grammar
