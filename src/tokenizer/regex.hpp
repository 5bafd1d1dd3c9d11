// Regular expressions of tokenizer.json: Oniguruma's Ruby syntax, run by PCRE2 natively and by the platform's RegExp in
// WebAssembly. See regex_syntax.hpp for how patterns are translated.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::tokenizer {

struct Span {  // bytes [begin, end) of a text
  std::size_t begin;
  std::size_t end;
};

class Regex {
 public:
  // Throws Error{corrupt} when the pattern is not well-formed and Error{unsupported} when it uses a construct that
  // regex_syntax.cpp does not know; both name the pattern.
  explicit Regex(std::string_view pattern);

  // All matches in `text` (well-formed UTF-8) from left to right, as the `onig` crate's find_iter gives them: an empty
  // match that touches the match before it does not count. Safe to call from several threads. Throws
  // Error{invalid_argument} when the pattern needs unreasonable backtracking on this text.
  void find_all(std::string_view text, std::vector<Span>& matches) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace gerbil::tokenizer
