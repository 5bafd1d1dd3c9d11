// Sets of Unicode code points, and how they are spelled in bytes: as UTF-8, or as in a JSON string.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "grammar/expression.hpp"

namespace gerbil::grammar {

struct CodeRange {
  char32_t first;
  char32_t last;
};

class CodeSet {
 public:
  CodeSet() = default;
  CodeSet(std::initializer_list<CodeRange> ranges);
  void add(CodeRange range);
  void add(const CodeSet& set);
  CodeSet complement() const;                                       // within U+0000 to U+10FFFF
  const std::vector<CodeRange>& ranges() const { return ranges_; }  // ascending, disjoint

 private:
  void add(std::span<const CodeRange> ranges);

  std::vector<CodeRange> ranges_;
};

const CodeSet& all_code_points();

// Characters that stand in strings as they are: ASCII letters and digits; all but controls, quotes and backslashes.
enum class Plain : std::uint8_t { word, any };

// In a JSON string quotes, backslashes and control characters are escaped, in the one way that has no choice: \b \f \n
// \r \t, \u00xx for the other control characters (with either case of digits), and nothing else is.
enum class Spelling { raw, json };

// One code point of the set. Surrogates are no characters, and never match.
Expression spell(Expressions& expressions, const CodeSet& set, Spelling spelling);

// `text`, which is UTF-8, in every spelling. Throws Error{invalid_argument} when it is not well-formed.
Expression spell(Expressions& expressions, std::string_view text, Spelling spelling);

// Any number of characters.
Expression any_text(Expressions& expressions, Spelling spelling);

// The code points of `text`. Throws Error{invalid_argument} when it is not well-formed UTF-8.
std::u32string decode(std::string_view text);

}  // namespace gerbil::grammar
