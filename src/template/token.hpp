// The words of a template.
// Reference: Jinja 3.1, jinja2.lexer, with the settings that transformers uses: trim_blocks, lstrip_blocks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gerbil::jinja {

enum class TokenKind {
  data,  // text outside of tags
  block_begin,
  block_end,
  print_begin,
  print_end,
  name,
  integer,
  real,
  text,       // a literal, its escapes resolved
  operator_,  // and brackets
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  int line = 1;

  bool is(TokenKind wanted, std::string_view spelling) const { return kind == wanted && text == spelling; }
  bool is_name(std::string_view spelling) const { return is(TokenKind::name, spelling); }
  bool is_operator(std::string_view spelling) const { return is(TokenKind::operator_, spelling); }
};

// The tokens of `source` (well-formed UTF-8), the last of kind end. Throws SyntaxFailure.
std::vector<Token> tokenize(std::string_view source);

// The characters that the text between two quotes stands for (Python's unicode_escape). Throws Failure.
std::string unescape(std::string_view literal);

}  // namespace gerbil::jinja
