// What an answer must be, so that a program can read it: see docs/structured-output.md.
//
//   options.grammar = gerbil::JsonSchema{R"({"type": "object", "properties": {"age": {"type": "integer"}}})"};
//   options.grammar = gerbil::Choice{{"yes", "no"}};
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {

// An Error{invalid_argument|unsupported} of what a request says that its answer, or the calls in it, must be like.
class GrammarError : public Error {
 public:
  using Error::Error;
};

// JSON that satisfies a schema of JSON Schema 2020-12; of older drafts what pydantic and zod write is understood.
struct JsonSchema {
  std::string schema = R"({"type": "object"})";  // as JSON
  bool in_order = false;  // properties come in the order in which the schema declares them, and not in any
  friend bool operator==(const JsonSchema&, const JsonSchema&) = default;
};

// A text that the pattern, in ECMAScript's syntax, matches as a whole.
struct Regex {
  std::string pattern;
  friend bool operator==(const Regex&, const Regex&) = default;
};

// A text of a context-free grammar as llama.cpp (GBNF, the rule `root`) or Lark (the rule `start`) writes it.
struct Gbnf {
  std::string rules;
  friend bool operator==(const Gbnf&, const Gbnf&) = default;
};

// One of these texts.
struct Choice {
  std::vector<std::string> texts;
  friend bool operator==(const Choice&, const Choice&) = default;
};

// Unset: any text.
using Grammar = std::variant<std::monostate, JsonSchema, Regex, Gbnf, Choice>;

}  // namespace gerbil
