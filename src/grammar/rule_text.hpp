// A grammar as text while it is read, and the rules that it names.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/error.hpp"
#include "grammar/gbnf_tree.hpp"

namespace gerbil::grammar {

class RuleText {
 public:
  // Comments go from one of `comments` to the end of the line. Throws Error{invalid_argument} when the text is too long
  // or not UTF-8.
  RuleText(std::string_view text, std::vector<std::u32string_view> comments, const Limits& limits);

  // Names the line.
  [[noreturn]] void fail(const std::string& what, ErrorCode code = ErrorCode::invalid_argument) const;

  bool done() const { return place.at == text_.size(); }
  char32_t peek() const { return done() ? 0 : text_[place.at]; }
  char32_t next() { return text_[place.at++]; }  // unless it is done
  bool at_line_end() const { return done() || peek() == '\n' || peek() == '\r'; }
  bool take(std::u32string_view expected);
  bool sees(std::u32string_view expected) const { return rest().starts_with(expected); }

  // Blanks and comments, and ends of lines where the rule goes on.
  void skip(bool lines);
  // Letters, digits, and what of '-' and '_' is in `others`.
  std::string name(std::string_view others);
  bool sees_name(std::string_view others) const;
  // At most Limits::repetitions.
  std::uint32_t number();

  // The special token that is spelled so. Throws Error{invalid_argument} when there is none.
  GbnfNode special(const FindToken& find_token, const std::string& spelled) const;

  // The number of the rule of this name, which need not be defined yet.
  std::uint32_t rule(const std::string& name);
  // Throws Error{invalid_argument} when it is defined already.
  void define(std::uint32_t rule, GbnfNode body, std::size_t line);
  // Throws Error{invalid_argument} for one that is used and not defined.
  std::vector<GbnfRule> take_rules();

  struct Place {
    std::size_t at = 0;
    std::size_t line = 1;
  };
  Place place;

 private:
  std::u32string_view rest() const { return std::u32string_view(text_).substr(place.at); }

  Limits limits_;
  std::vector<std::u32string_view> comments_;
  std::u32string text_;
  std::vector<GbnfRule> rules_;
  std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace gerbil::grammar
