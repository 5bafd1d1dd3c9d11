// Answers under a grammar, on the built-in model.
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <regex>
#include <thread>

#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string nano = GERBIL_MODELS "/nano";

const Generator& generator() {
  static const Generator made(Model::load(nano, {.device = Device::cpu}));
  return made;
}

const JsonSchema animal{R"({"type": "object", "required": ["name", "legs", "sounds"], "additionalProperties": false,
  "properties": {"name": {"type": "string", "maxLength": 12}, "legs": {"type": "integer", "minimum": 0, "maximum": 8},
                 "sounds": {"type": "array", "items": {"enum": ["moo", "baa", "woof"]}, "maxItems": 3}}})"};
// Its properties come in any order.
const std::regex animal_text(
    R"re(\{(?=[^]*"name":\s*"[^"]*"\s*[,}])(?=[^]*"legs":\s*[0-8]\s*[,}])(?=[^]*"sounds":\s*\[\s*("(moo|baa|woof)"(,\s*"(moo|baa|woof)"){0,2})?\s*\])(\s*"(name|legs|sounds)":\s*("[^"]*"|[0-8]|\[[^\]]*\])\s*[,}]){3})re");

GenerateOptions under(Grammar grammar, std::uint64_t seed = 0) {
  GenerateOptions options{.max_tokens = 200, .grammar = std::move(grammar), .chat = {.enable_thinking = false}};
  options.sampling.temperature = seed > 0 ? 1.5f : 0.0f;
  options.sampling.seed = seed;
  return options;
}

std::string error_of(const std::function<void()>& action, ErrorCode code) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(Grammars, EveryAnswerSatisfiesItsSchema) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const GenerateResult result = generator().generate("Tell me of a cow", under(animal, seed));
    EXPECT_TRUE(std::regex_match(result.text, animal_text)) << result.text;
    EXPECT_EQ(result.finish_reason, FinishReason::stop);
    EXPECT_EQ(result.reasoning, "");
    EXPECT_EQ(generator().model().detokenize(result.tokens, false), result.text) << "no end token is waited for";
  }
  const std::string object =
      generator().generate_object({{"user", "Tell me of a cow"}}, animal, under(std::monostate(), 3));
  EXPECT_TRUE(std::regex_match(object, animal_text)) << object;
}

TEST(Grammars, SchemasCanBePutTogether) {
  namespace s = schema;
  EXPECT_EQ(s::object({{"a\"", s::text(1, 3).described("x")}, {"b", s::boolean().optional().or_null()}}).json(),
            R"({"type":"object","properties":{"a\"":{"type":"string","minLength":1,"maxLength":3,"description":"x"},)"
            R"("b":{"anyOf":[{"type":"boolean"},{"type":"null"}]}},"required":["a\""],"additionalProperties":false})");
  const auto made = s::object({{"name", s::matching("[a-z]{3}|B")},
                               {"legs", s::integer(0, 8)},
                               {"sounds", s::list(s::any_of({s::one_of({"moo"}), s::number()}), 1, 2)}});
  const std::regex whole(
      R"re(\{\s*"name":\s*"([a-z]{3}|B)",\s*"legs":\s*[0-8],\s*"sounds":\s*\[\s*("moo"|-?[0-9.eE+-]+)(,\s*("moo"|-?[0-9.eE+-]+))?\s*\]\s*\})re");
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    const std::string object = generator().generate_object({{"user", "A cow"}}, made, under(Grammar(), seed));
    EXPECT_TRUE(std::regex_match(object, whole)) << object;
  }
}

TEST(Grammars, TextsAreOfAPatternAGrammarOrAList) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const GenerateResult date = generator().generate("When?", under(Regex{R"(\d{4}-\d\d-\d\d|jam[aeé]+s!)"}, seed));
    EXPECT_TRUE(std::regex_match(date.text, std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}|jam(a|e|é)+s!"))) << date.text;
    const GenerateResult sum =
        generator().generate("Count", under(Gbnf{"root ::= n (\" + \" n){2} \" =\"\nn ::= [1-9] [0-9]?"}, seed));
    EXPECT_TRUE(std::regex_match(sum.text, std::regex("[1-9][0-9]?( \\+ [1-9][0-9]?){2} ="))) << sum.text;
    EXPECT_THAT(generator().generate("Is it?", under(Choice{{"yes", "yes, of course", "no"}}, seed)).text,
                ::testing::AnyOf("yes", "yes, of course", "no"));
  }
  // Where the text may end or go on, the model says which.
  const GenerateResult open = generator().generate("Tell me a story about a fox", under(Regex{"(.|\n)+"}));
  EXPECT_EQ(open.text, generator().generate("Tell me a story about a fox", under({})).text);
}

TEST(Grammars, ComeAfterWhatIsThought) {
  GenerateOptions options = under(Regex{"[0-9]{1,4}!"});
  options.max_tokens = 400;
  options.chat.enable_thinking = true;
  const GenerateResult free = generator().generate("What is 58 - 19?", {.chat = {.enable_thinking = true}});
  const GenerateResult result = generator().generate("What is 58 - 19?", options);
  EXPECT_FALSE(result.reasoning.empty());
  EXPECT_EQ(result.reasoning, free.reasoning);
  EXPECT_TRUE(std::regex_match(result.text, std::regex("[0-9]{1,4}!"))) << result.text;
  // White space that the grammar wants is of the answer.
  options.grammar = Regex{"\\n [0-9]{1,4}"};
  const GenerateResult spaced = generator().generate("What is 58 - 19?", options);
  EXPECT_EQ(spaced.reasoning, free.reasoning);
  EXPECT_TRUE(std::regex_match(spaced.text, std::regex("\n [0-9]+"))) << spaced.text;
  // A text that looks like the tags is the answer where nothing is thought.
  options.chat.enable_thinking = false;
  options.grammar = Choice{{"<think>a</think>b"}};
  EXPECT_EQ(generator().generate("What is 58 - 19?", options).text, "<think>a</think>b");
}

TEST(Grammars, EndWithLengthOnlyWhereTheyAreCut) {
  GenerateOptions options = under(animal);
  options.max_tokens = 4;
  const GenerateResult cut = generator().generate("Tell me of a cow", options);
  EXPECT_EQ(cut.finish_reason, FinishReason::length);
  EXPECT_EQ(cut.generated_tokens, 4);
  EXPECT_THAT(
      error_of([&] { generator().generate_object({{"user", "Hi"}}, animal, options); }, ErrorCode::context_full),
      HasSubstr("cut off after 4 tokens"));
  options.cancellation.cancel();
  error_of([&] { generator().generate_object({{"user", "Hi"}}, animal, options); }, ErrorCode::cancelled);
}

TEST(Grammars, LogProbabilitiesAreTheModelsOwn) {
  GenerateOptions options = under({});
  options.log_probabilities = 3;
  const GenerateResult free = generator().generate("Is it?", options);
  options.grammar = Choice{{"yes", "no"}};
  const GenerateResult chosen = generator().generate("Is it?", options);
  const auto& own = free.log_probabilities[0].alternatives;
  const auto& seen = chosen.log_probabilities[0].alternatives;
  ASSERT_EQ(own.size(), seen.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    EXPECT_EQ(own[i].token, seen[i].token);
    EXPECT_EQ(own[i].log_probability, seen[i].log_probability);
  }
  EXPECT_LE(chosen.log_probabilities[0].chosen.log_probability, seen[0].log_probability);
}

TEST(Grammars, WhatCannotBeKeptIsNamed) {
  const auto refusal = [](const Grammar& grammar, ErrorCode code) {
    return error_of([&] { generator().generate("Hi", under(grammar)); }, code);
  };
  EXPECT_THAT(refusal(JsonSchema{R"({"properties": {"a": {"$dynamicRef": "#x"}}})"}, ErrorCode::unsupported),
              AllOf(HasSubstr("'#/properties/a'"), HasSubstr("'$dynamicRef'")));
  EXPECT_THAT(refusal(JsonSchema{R"({"type": "strin"})"}, ErrorCode::invalid_argument),
              AllOf(HasSubstr("'#'"), HasSubstr("'type'")));
  refusal(JsonSchema{"{"}, ErrorCode::invalid_argument);
  refusal(JsonSchema{"false"}, ErrorCode::invalid_argument);
  refusal(Regex{"("}, ErrorCode::invalid_argument);
  refusal(Regex{"(a)\\1"}, ErrorCode::unsupported);
  refusal(Regex{"\xff"}, ErrorCode::invalid_argument);
  refusal(Gbnf{"root ::= <|nobody|>"}, ErrorCode::invalid_argument);
  refusal(Choice{}, ErrorCode::invalid_argument);
  GenerateOptions cancelled = under(Regex{"(a{1,300}b?){1,300}[^a]{300}"});
  cancelled.cancellation.cancel();
  error_of([&] { generator().generate("Hi", cancelled); }, ErrorCode::cancelled);
  GenerateOptions late = under(Regex{"(a{1,300}b?){1,300}[^b]{300}"});
  late.timeout = 1e-6;
  error_of([&] { generator().generate("Hi", late); }, ErrorCode::timeout);
}

// Of several threads at once, with other grammars, without one, and some that are cancelled or fail.
TEST(Grammars, OfManyRequestsAreEachKept) {
  const std::vector<Grammar> grammars = {
      animal, Regex{"[a-c]{5,30}z"}, Choice{{"left", "right"}}, Grammar(),
      JsonSchema{R"({"type": "array", "items": {"type": "boolean"}, "minItems": 2})"}};
  const auto ask = [&](std::size_t i) {
    GenerateOptions options = under(grammars[i % grammars.size()], i + 1);
    options.max_tokens = 60;
    return generator().generate("Tell me of number " + std::to_string(i), options);
  };
  std::vector<GenerateResult> alone;
  for (std::size_t i = 0; i < 20; ++i) alone.push_back(ask(i));
  std::vector<std::thread> threads;
  std::vector<GenerateResult> together(20);
  for (std::size_t first = 0; first < 4; ++first) {
    threads.emplace_back([&, first] {
      for (std::size_t i = first; i < 20; i += 4) together[i] = ask(i);
    });
  }
  threads.emplace_back([&] {
    for (std::uint64_t i = 0; i < 10; ++i) {
      GenerateOptions options = under(animal, i + 1);
      options.on_text = [&](std::string_view, bool) { options.cancellation.cancel(); };
      EXPECT_EQ(generator().generate("Tell me of a cow", options).finish_reason, FinishReason::cancelled);
      error_of([&] { generator().generate("Hi", under(Regex{"(?<=a)"})); }, ErrorCode::unsupported);
    }
  });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(together[i].tokens, alone[i].tokens) << i;
}

}  // namespace
}  // namespace gerbil
