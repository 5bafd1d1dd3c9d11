// Masks, against trying every token, and what else an answer is asked.
#include <gmock/gmock.h>

#include <random>
#include <set>

#include "gerbil/error.hpp"
#include "grammar/gbnf.hpp"
#include "grammar/matcher.hpp"
#include "grammar/regex.hpp"
#include "grammar/schema.hpp"
#include "vocabularies.hpp"

namespace gerbil::grammar {
namespace {

const std::vector<std::string> grammars = {
    "root ::= \"{\\\"name\\\": \\\"\" [^\"\\\\\\x00-\\x1f]* \"\\\"}\"",
    "root ::= \"\\\"\" [^\"\\\\]{0,7} \"\\\"\"",
    "root ::= e\ne ::= e \"+\" t | t\nt ::= t \"*\" f | f\nf ::= [0-9]+ | \"(\" e \")\"",
    "root ::= v\nv ::= \"[\" (v (\",\" v)*)? \"]\" | \"true\" | \"null\" | [a-zé€𝄞]+ | \"-\"? [0-9]+",
    "root ::= \"a\" <think> \"b\" | \"a\" root | .",
    "root ::= [^a]{3} | \"a\"{1,40}",
};

Matcher start(const std::string& grammar, const std::shared_ptr<const Vocabulary>& vocabulary,
              const Limits& limits = {}) {
  const auto find = [&](std::string_view text) { return vocabulary->find_special(text); };
  return Matcher(std::make_shared<Constraint>(parse_gbnf(grammar, limits, find), vocabulary, limits));
}

std::vector<std::int32_t> allowed(const MaskWords& mask) {
  std::vector<std::int32_t> made;
  for (std::int32_t token = 0; token < static_cast<std::int32_t>(32 * mask.size()); ++token) {
    if (mask[static_cast<std::size_t>(token) / 32] >> token % 32 & 1) made.push_back(token);
  }
  return made;
}

TEST(Matcher, MasksAreWhatEveryTokenSays) {
  const auto vocabulary = small_vocabulary();
  std::mt19937 random(1);
  for (const std::string& grammar : grammars) {
    const Matcher first = start(grammar, vocabulary);
    for (int answer = 0; answer < 20; ++answer) {
      Matcher matcher = first;
      for (int step = 0; step < 40 && !matcher.has_ended(); ++step) {
        std::vector<std::int32_t> wanted;
        for (std::int32_t token = 0; token < static_cast<std::int32_t>(vocabulary->size()); ++token) {
          if (Matcher copy = matcher; copy.accept(token)) wanted.push_back(token);
        }
        const std::vector<std::int32_t> given = allowed(*matcher.mask());
        ASSERT_EQ(given, wanted) << grammar;
        ASSERT_FALSE(given.empty()) << grammar;
        ASSERT_TRUE(matcher.accept(given[random() % given.size()]));
      }
    }
  }
}

TEST(Matcher, EndsWhereTheTextMayEnd) {
  const auto vocabulary = small_vocabulary();
  const std::int32_t end = vocabulary->ends()[0];
  Matcher matcher = start("root ::= \"a\" \"b\"?", vocabulary);
  EXPECT_FALSE(matcher.can_end());
  EXPECT_FALSE(matcher.accept(end));
  EXPECT_EQ(matcher.forced(), "a");
  ASSERT_TRUE(matcher.accept('a'));
  EXPECT_TRUE(matcher.can_end());
  EXPECT_FALSE(matcher.is_complete());
  EXPECT_EQ(matcher.forced(), "");
  Matcher copy = matcher;
  ASSERT_TRUE(copy.accept('b'));
  EXPECT_TRUE(copy.is_complete());
  EXPECT_EQ(allowed(*copy.mask()), std::vector{end});
  ASSERT_TRUE(matcher.accept(end));
  EXPECT_TRUE(matcher.has_ended());
  EXPECT_TRUE(allowed(*matcher.mask()).empty());
  EXPECT_FALSE(matcher.accept(end));
  EXPECT_FALSE(matcher.accept(-1));
}

TEST(Matcher, SpecialTokensAreNamedOrNever) {
  const auto vocabulary = small_vocabulary();
  const auto think = static_cast<std::int32_t>(*vocabulary->find_special("<think>"));
  Matcher named = start("root ::= <think> \"a\"", vocabulary);
  EXPECT_EQ(allowed(*named.mask()), std::vector{think});
  EXPECT_EQ(named.forced(), "");
  EXPECT_TRUE(named.accept(think));
  EXPECT_EQ(named.forced(), "a");
  Matcher spelled = start("root ::= \"<think>\"", vocabulary);
  EXPECT_FALSE(spelled.accept(think));
  EXPECT_EQ(spelled.forced(), "<think>");
  EXPECT_TRUE(spelled.accept('<'));
}

TEST(Matcher, BeginsAgainWhenItRemembersTooMuch) {
  const auto vocabulary = small_vocabulary();
  Limits small;
  small.recognizer_bytes = 1;
  small.mask_bytes = 1;
  for (const std::string& grammar : grammars) {
    Matcher large = start(grammar, vocabulary);
    Matcher again = start(grammar, vocabulary, small);
    for (int step = 0; step < 20 && !large.has_ended(); ++step) {
      ASSERT_EQ(*again.mask(), *large.mask()) << grammar;
      const std::vector<std::int32_t> given = allowed(*large.mask());
      const std::int32_t token = given[static_cast<std::size_t>(step * 7) % given.size()];
      ASSERT_TRUE(large.accept(token));
      ASSERT_TRUE(again.accept(token));
    }
  }
}

// Each letter is read by hundreds of rules, whose stacks differ.
TEST(Matcher, EndsAnAnswerThatTakesTooMuchToRead) {
  std::string rules = "root ::= r0";
  for (int i = 1; i < 300; ++i) rules += " | r" + std::to_string(i);
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    rules += "\nr" + n + " ::= \"a\" r" + n + " \"b" + n + "\" | \"~\"";
  }
  Limits limits;
  limits.recognizer_bytes = 2 << 20;
  Matcher matcher(std::make_shared<Constraint>(parse_gbnf(rules, limits), small_vocabulary(), limits));
  EXPECT_THROW(
      {
        for (int i = 0; i < 100'000; ++i) matcher.accept('a');
      },
      Error);
}

TEST(Vocabulary, RefusesAnEndThatIsNoToken) {
  Tokens tokens{.bytes = {"a"}, .special = {}, .ends = {1}};
  EXPECT_THROW(Vocabulary{tokens}, Error);
}

// A state behind so many letters is a set of numbers, of which there are exponentially many; a mask visits them.
TEST(Matcher, BoundsTheWorkOfACall) {
  Tokens tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.bytes.emplace_back(1, static_cast<char>(byte));
  for (unsigned bits = 0; bits < 1u << 14; ++bits) {
    std::string& text = tokens.bytes.emplace_back();
    for (unsigned i = 0; i < 14; ++i) text += (bits >> i & 1) != 0 ? 'a' : 'b';
  }
  const auto vocabulary = std::make_shared<const Vocabulary>(std::move(tokens));
  Limits limits;
  limits.step_work = 200'000;
  Grammar grammar(limits);
  const Expression whole = parse_regex(grammar.expressions(), "(a|b)*a(a|b){60}", Spelling::raw, Anchoring::whole);
  Matcher matcher(std::make_shared<Constraint>(grammar.finish(grammar.either({{lexeme(whole)}})), vocabulary, limits));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(matcher.accept('a')) << "each call may do as much";
  try {
    matcher.mask();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("more than 200000 steps at once"));
  }
  EXPECT_TRUE(matcher.accept('b')) << "it is as it was";
}

// What is counted far ahead says nothing of the next token, and each token is still counted.
TEST(Matcher, MasksInsideLongTextsAreShared) {
  const auto vocabulary = small_vocabulary();
  const auto constraint = std::make_shared<Constraint>(
      parse_schema_text(R"({"type":"string","minLength":60,"maxLength":90})", Limits{}), vocabulary);
  Matcher matcher(constraint);
  std::set<const MaskWords*> masks;
  std::vector<Mask> kept;
  ASSERT_TRUE(matcher.accept('"'));
  for (int length = 0; length <= 90; ++length) {
    kept.push_back(matcher.mask());
    masks.insert(kept.back().get());
    for (std::int32_t token = 0; token < static_cast<std::int32_t>(vocabulary->size()); ++token) {
      Matcher copy = matcher;
      ASSERT_EQ((*kept.back())[static_cast<std::size_t>(token) / 32] >> token % 32 & 1, copy.accept(token) ? 1u : 0u)
          << length << ' ' << token;
    }
    EXPECT_EQ(matcher.accept('x'), length < 90);
  }
  EXPECT_LT(masks.size(), 50u);
}

TEST(Matcher, CompilingCanBeEnded) {
  int asked = 0;
  Limits limits;
  limits.check = [&] {
    if (++asked > 3) throw Error(ErrorCode::timeout, "late");
  };
  Grammar grammar(limits);
  const auto compile = [&] {
    for (int i = 0; i < 1'000'000; ++i) grammar.expressions().literal(std::to_string(i));
  };
  EXPECT_THROW(compile(), Error);
  EXPECT_EQ(asked, 4);
}

}  // namespace
}  // namespace gerbil::grammar
