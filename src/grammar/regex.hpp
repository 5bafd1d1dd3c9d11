// Regular expressions as text. The syntax is ECMAScript's (ECMA-262, 22.2.1, with the flag u): classes, \d \w \s and
// their negations, escapes, alternation, bounded repetition (lazy ones match the same), groups of any kind, anchors,
// and look-aheads that are not repeated. Back references, look-behinds, word boundaries, flags and \p are
// Error{unsupported}; what is malformed is Error{invalid_argument}, and both say where.
#pragma once

#include <string_view>

#include "grammar/code_points.hpp"

namespace gerbil::grammar {

enum class Anchoring {
  whole,   // the text is what the pattern matches
  search,  // the pattern matches somewhere in the text, as JSON Schema's `pattern`
};

// The texts that the pattern matches.
Expression parse_regex(Expressions& expressions, std::string_view pattern, Spelling spelling, Anchoring anchoring);

}  // namespace gerbil::grammar
