#include <algorithm>
#include <array>
#include <cstddef>

#include "template/failure.hpp"
#include "template/print.hpp"
#include "template/text.hpp"
#include "template/token.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

// Longer spellings first.
constexpr std::array<std::string_view, 27> operators = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                        "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                        ">",  "<",  "=",  ".",  ":",  "|",  ",", ";", "!"};

// CR LF and CR become LF, and one newline at the end is dropped, as jinja2.Environment reads a source.
std::string normalize_newlines(std::string_view source) {
  std::string result;
  result.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      result += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      result += source[i];
    }
  }
  if (result.ends_with('\n')) result.pop_back();
  return result;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) read_root();
    push(TokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void error(const std::string& message) const { throw SyntaxFailure(message, line_); }

  std::string_view rest() const { return source_.substr(at_); }
  bool starts(std::string_view text) const { return rest().starts_with(text); }

  void advance(std::size_t bytes) {
    line_ += static_cast<int>(std::ranges::count(source_.substr(at_, bytes), '\n'));
    at_ += bytes;
  }

  void push(TokenKind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  // Whether the tag at at_ is the block `name`, and where its inner side ends.
  bool is_raw_tag(std::string_view name, std::size_t& end) const {
    std::size_t i = at_ + 2;
    if (i < source_.size() && (source_[i] == '-' || source_[i] == '+')) ++i;
    while (i < source_.size() && is_space_at(i)) i += tokenizer::utf8_unit(source_, i).size;
    if (!source_.substr(i).starts_with(name)) return false;
    i += name.size();
    while (i < source_.size() && is_space_at(i)) i += tokenizer::utf8_unit(source_, i).size;
    end = i;
    const std::string_view tail = source_.substr(i);
    return tail.starts_with("%}") || tail.starts_with("-%}") || (name == "endraw" && tail.starts_with("+%}"));
  }

  bool is_space_at(std::size_t i) const { return is_space(tokenizer::utf8_unit(source_, i).code_point); }

  void skip_space() {
    std::size_t end = at_;
    while (end < source_.size() && is_space_at(end)) end += tokenizer::utf8_unit(source_, end).size;
    advance(end - at_);
  }

  // The text before a tag, without what the tag strips from it.
  void push_data(std::size_t begin, std::size_t end, bool lstrip_blocks) {
    std::string_view text = source_.substr(begin, end - begin);
    const char sign = end + 2 < source_.size() ? source_[end + 2] : ' ';
    if (sign == '-') {
      text = rstrip(text);
    } else if (sign != '+' && lstrip_blocks) {
      const std::size_t newline = text.rfind('\n');
      const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
      const bool at_line_start = line > 0 || begin == 0 || source_[begin - 1] == '\n';
      if (at_line_start && line < text.size() && rstrip(text.substr(line)).empty()) text = text.substr(0, line);
    }
    if (!text.empty()) push(TokenKind::data, std::string(text));
  }

  // Skips the end of a tag that begins at at_, with the white space that it eats.
  void skip_end(std::string_view close, bool trims_newline) {
    const bool minus = starts("-");
    if (minus || starts("+")) advance(1);
    advance(close.size());
    if (minus) {
      skip_space();
    } else if (trims_newline && source_[at_ - close.size() - 1] != '+' && starts("\n")) {
      advance(1);
    }
  }

  void read_root() {
    const std::size_t begin = at_;
    std::size_t open = at_;
    for (;; ++open) {
      open = source_.find('{', open);
      if (open == std::string_view::npos || open + 1 >= source_.size()) {
        push(TokenKind::data, std::string(source_.substr(begin)));
        at_ = source_.size();
        return;
      }
      if (const char c = source_[open + 1]; c == '{' || c == '%' || c == '#') break;
    }
    const char kind = source_[open + 1];
    push_data(begin, open, kind != '{');
    advance(open - begin);
    if (kind == '#') return read_comment();
    if (std::size_t end = 0; kind == '%' && is_raw_tag("raw", end)) return read_raw(end);
    push(kind == '{' ? TokenKind::print_begin : TokenKind::block_begin, "");
    advance(2);
    if (starts("-") || starts("+")) advance(1);
    read_code(kind == '{');
  }

  void read_comment() {
    const std::size_t close = source_.find("#}", at_ + 2);
    if (close == std::string_view::npos) {
      if (at_ + 2 < source_.size()) error("Missing end of comment tag");
      return advance(2);
    }
    const bool sign = close > at_ + 2 && (source_[close - 1] == '-' || source_[close - 1] == '+');
    advance(close - at_ - (sign ? 1 : 0));
    skip_end("#}", true);
  }

  void read_raw(std::size_t end) {
    advance(end - at_);
    skip_end("%}", false);
    const std::size_t begin = at_;
    for (std::size_t open = source_.find("{%", at_);; open = source_.find("{%", open + 2)) {
      if (open == std::string_view::npos) {
        if (at_ < source_.size()) error("Missing end of raw directive");
        return;
      }
      at_ = open;
      std::size_t close = 0;
      if (!is_raw_tag("endraw", close)) continue;
      at_ = begin;
      push_data(begin, open, true);
      advance(close - begin);
      return skip_end("%}", true);
    }
  }

  void read_code(bool print) {
    const std::string_view close = print ? "}}" : "%}";
    std::string open;  // brackets that wait for their partner
    for (;;) {
      skip_space();
      if (at_ >= source_.size()) return;  // the parser says what is missing
      const bool minus = starts("-") && rest().substr(1).starts_with(close);
      const bool plus = !print && starts("+") && rest().substr(1).starts_with(close);
      if (open.empty() && (minus || plus || starts(close))) {
        push(print ? TokenKind::print_end : TokenKind::block_end, "");
        return skip_end(close, !print);
      }
      read_word(open);
    }
  }

  void read_word(std::string& open) {
    const char c = source_[at_];
    if (c == '\'' || c == '"') return read_text(c);
    if (c >= '0' && c <= '9') return read_number();
    if (const std::size_t size = name_size(); size > 0) {
      push(TokenKind::name, std::string(source_.substr(at_, size)));
      return advance(size);
    }
    const auto spelling = std::ranges::find_if(operators, [&](std::string_view o) { return starts(o); });
    if (spelling == operators.end() || *spelling == "!") {
      const auto unit = tokenizer::utf8_unit(source_, at_);
      error("unexpected char '" + std::string(source_.substr(at_, unit.size)) + "'");
    }
    balance(open, *spelling);
    push(TokenKind::operator_, std::string(*spelling));
    advance(spelling->size());
  }

  void balance(std::string& open, std::string_view bracket) const {
    if (bracket == "{") open += '}';
    if (bracket == "(") open += ')';
    if (bracket == "[") open += ']';
    if (bracket != "}" && bracket != ")" && bracket != "]") return;
    if (open.empty()) error("unexpected '" + std::string(bracket) + "'");
    if (open.back() != bracket[0]) {
      error("unexpected '" + std::string(bracket) + "', expected '" + open.back() + "'");
    }
    open.pop_back();
  }

  std::size_t name_size() const {
    std::size_t end = at_;
    while (end < source_.size()) {
      const auto unit = tokenizer::utf8_unit(source_, end);
      const char32_t c = unit.code_point;
      if (c != '_' && !(end == at_ ? is_identifier_start(c) : is_identifier_part(c))) break;
      end += unit.size;
    }
    return end - at_;
  }

  void read_text(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) error("unexpected char '" + std::string(1, quote) + "'");
    try {
      push(TokenKind::text, unescape(source_.substr(at_ + 1, end - at_ - 1)));
    } catch (const SyntaxFailure&) {
      throw;
    } catch (const Failure& failure) {
      error(failure.what());
    }
    advance(end + 1 - at_);
  }

  // Digits of `base` with single underscores between them, from `i` on; returns where they end.
  std::size_t skip_digits(std::size_t i, int base) const {
    const auto digit = [&](std::size_t at) {
      if (at >= source_.size()) return false;
      const char c = source_[at];
      const int value = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : 99;
      return value < base;
    };
    while (digit(i) || (i < source_.size() && source_[i] == '_' && digit(i + 1))) ++i;
    return i;
  }

  void read_number() {
    TokenKind kind = TokenKind::integer;
    const char second = at_ + 1 < source_.size() ? static_cast<char>(source_[at_ + 1] | 0x20) : ' ';
    const int base = source_[at_] != '0' ? 10 : second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 10;
    std::size_t end = skip_digits(base == 10 ? at_ : at_ + 2, base);
    if (base == 10) {
      // In x.0.5 the digits are indices, not a number with a fraction.
      if (at_ == 0 || source_[at_ - 1] != '.') end = skip_fraction(end, kind);
      // As Python has it, a whole number does not begin with 0 unless it is 0.
      if (kind == TokenKind::integer && source_[at_] == '0') {
        end = std::min(end, source_.find_first_not_of("0_", at_));
      }
    }
    std::string digits(source_.substr(at_, end - at_));
    std::erase(digits, '_');
    push(kind, std::move(digits));
    advance(end - at_);
  }

  std::size_t skip_fraction(std::size_t end, TokenKind& kind) const {
    const auto is_digit = [&](std::size_t i) { return i < source_.size() && source_[i] >= '0' && source_[i] <= '9'; };
    if (end < source_.size() && source_[end] == '.' && is_digit(end + 1)) {
      end = skip_digits(end + 1, 10);
      kind = TokenKind::real;
    }
    if (end < source_.size() && (source_[end] | 0x20) == 'e') {
      const std::size_t sign = end + 1 < source_.size() && (source_[end + 1] == '+' || source_[end + 1] == '-') ? 1 : 0;
      if (is_digit(end + 1 + sign)) {
        end = skip_digits(end + 1 + sign, 10);
        kind = TokenKind::real;
      }
    }
    return end;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  const std::string text = normalize_newlines(source);
  return Lexer(text).run();
}

std::string unescape(std::string_view literal) {
  std::string result;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] != '\\' || i + 1 >= literal.size()) {
      result += literal[i];
      continue;
    }
    constexpr std::string_view from = "abfnrtv\\'\"";
    constexpr std::string_view to = "\a\b\f\n\r\t\v\\'\"";
    const char c = literal[++i];
    const auto hexadecimal = [&](std::size_t digits) {
      char32_t value = 0;
      for (std::size_t d = 1; d <= digits; ++d) {
        const char x = i + d < literal.size() ? literal[i + d] : ' ';
        const bool number = x >= '0' && x <= '9';
        const char letter = static_cast<char>(x | 0x20);
        if (!number && (letter < 'a' || letter > 'f')) {
          fail("truncated \\" + std::string(1, c) + " escape in a text literal");
        }
        value = value * 16 + static_cast<char32_t>(number ? x - '0' : letter - 'a' + 10);
      }
      i += digits;
      return value;
    };
    if (const std::size_t simple = from.find(c); simple != std::string_view::npos) {
      result += to[simple];
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const char32_t value = hexadecimal(c == 'x' ? 2 : c == 'u' ? 4 : 8);
      if (value > 0x10FFFF) fail("illegal Unicode character in a text literal");
      tokenizer::append_utf8(result, value >= 0xD800 && value < 0xE000 ? U'\uFFFD' : value);
    } else if (c >= '0' && c <= '7') {
      char32_t value = 0;
      std::size_t digits = 0;
      for (; digits < 3 && i + digits < literal.size() && literal[i + digits] >= '0' && literal[i + digits] <= '7';
           ++digits) {
        value = value * 8 + static_cast<char32_t>(literal[i + digits] - '0');
      }
      i += digits - 1;
      tokenizer::append_utf8(result, value);
    } else if (c == 'N') {
      fail("names of characters (\\N{...}) in a text literal are not supported; write the character itself");
    } else if (const auto unit = tokenizer::utf8_unit(literal, i); unit.size > 1) {
      // Jinja writes such characters as escapes before it reads escapes: the two backslashes become one.
      append_escape(result, unit.code_point);
      i += unit.size - 1;
    } else if (c != '\n') {  // a backslash at the end of a line joins it with the next one
      result += '\\';
      result += c;
    }
  }
  return result;
}

}  // namespace gerbil::jinja
