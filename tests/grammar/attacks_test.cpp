// Hostile patterns, grammars and schemas: each ends, in a grammar whose first masks can be had or in an Error, soon.
#include <gmock/gmock.h>

#include <fstream>

#include "base/json.hpp"
#include "gerbil/error.hpp"
#include "grammar/gbnf.hpp"
#include "grammar/matcher.hpp"
#include "grammar/regex.hpp"
#include "grammar/schema.hpp"
#include "vocabularies.hpp"

namespace gerbil::grammar {
namespace {

Productions compile(const std::string& kind, const std::string& text, const Limits& limits) {
  if (kind == "schema") return parse_schema_text(text, limits);
  if (kind == "gbnf") return parse_gbnf(text, limits);
  Grammar grammar(limits);
  const Expression whole = parse_regex(grammar.expressions(), text, Spelling::json, Anchoring::search);
  return grammar.finish(grammar.either({{lexeme(whole)}}));
}

TEST(GrammarAttacks, EndInMasksOrAnError) {
  std::ifstream file(GERBIL_FIXTURES "/../attacks/grammars.json");
  const Json rows = parse_json(std::string((std::istreambuf_iterator<char>(file)), {}), "grammars.json");
  ASSERT_GT(rows.size(), 50u);
  // Less of everything than usual, so that sanitizers get through.
  Limits limits;
  limits.expression_words = 100'000;
  limits.search_steps = 5'000;
  limits.automaton_bytes = 16 << 20;
  limits.rules = 20'000;
  const auto vocabulary = small_vocabulary();
  int refused = 0;
  for (const Json& row : rows) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    std::string text;  // pieces that are repeated
    for (const Json& part : row.at("parts")) {
      for (int i = 0; i < part.at(1).get<int>(); ++i) text += part.at(0).get_ref<const std::string&>();
    }
    try {
      Matcher matcher(
          std::make_shared<Constraint>(compile(row.at("kind").get<std::string>(), text, limits), vocabulary));
      for (int step = 0; step < 8 && !matcher.has_ended(); ++step) {
        const Mask mask = matcher.mask();
        matcher.forced();
        std::int32_t token = 0;
        while (!((*mask)[static_cast<std::size_t>(token) / 32] >> token % 32 & 1)) ++token;
        ASSERT_TRUE(matcher.accept(token));
      }
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace gerbil::grammar
