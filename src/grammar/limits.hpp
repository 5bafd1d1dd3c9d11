// What a grammar from a stranger may cost. Whatever goes beyond is an Error{invalid_argument} that names the limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace gerbil::grammar {

struct Limits {
  std::size_t text_bytes = 1 << 20;          // of a pattern, a grammar or a schema
  std::size_t depth = 100;                   // groups inside groups, schemas inside schemas
  std::uint32_t repetitions = 100'000;       // of one bounded repetition of a regular expression
  std::size_t expression_words = 4'000'000;  // 32-bit words of all expressions, derivatives included
  std::size_t search_steps = 200'000;        // of one search for a text that an expression matches
  std::size_t automaton_bytes = 128 << 20;   // transitions between expressions
  std::size_t rules = 100'000;               // of a context-free grammar, helpers included
  std::size_t threads = 2'000;               // ways in which one text can be read at once
  std::size_t recognizer_bytes = 96 << 20;   // states and transitions that are kept for all answers of a grammar
  std::size_t mask_bytes = 32 << 20;         // masks that are kept for all answers of a grammar
  std::size_t work = 20'000'000;             // steps of compiling it
  std::size_t step_work = 4'000'000;         // steps of a mask, or of a token
  std::function<void()> check;               // called now and then while it is compiled, which ends with what it throws
  std::size_t alternatives = 256;            // of one schema, once allOf, anyOf and oneOf are multiplied out
};

// Throws the error: "The grammar needs more than LIMIT WHAT; ADVICE."
[[noreturn]] void exceed(std::size_t limit, const std::string& what, const std::string& advice);

}  // namespace gerbil::grammar
