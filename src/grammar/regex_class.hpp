// What one character of a regular expression may be: escapes and classes.
#pragma once

#include <optional>
#include <string>

#include "grammar/code_points.hpp"

namespace gerbil::grammar {

// A place in a pattern.
struct PatternCursor {
  std::u32string text;
  std::size_t at = 0;

  bool done() const { return at == text.size(); }
  char32_t peek() const { return done() ? 0 : text[at]; }
  bool take(std::u32string_view expected);
  // "The regular expression '…' WHAT at character N." as Error{invalid_argument} or Error{unsupported}.
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void refuse(const std::string& what) const;
};

// What follows a backslash, which was taken.
CodeSet parse_escape(PatternCursor& cursor, bool in_class);

// What follows '[', which was taken, to the ']'.
CodeSet parse_class(PatternCursor& cursor);

// Every character but the ends of lines.
const CodeSet& dot();

}  // namespace gerbil::grammar
