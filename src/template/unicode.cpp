#ifndef __EMSCRIPTEN__
#include "template/unicode.hpp"

#include <utf8proc.h>

#include <array>
#include <span>

#include "tokenizer/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

int category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

char32_t simple_upper(char32_t c) { return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))); }

void append(std::string& result, char32_t c) { tokenizer::append_utf8(result, c); }

constexpr char32_t iota_below = 0x345;  // ypogegrammeni: a letter of its own in upper case

// The characters that `c` is composed of; the buffer holds them. One: it is not composed.
std::span<const utf8proc_int32_t> parts(char32_t c, std::array<utf8proc_int32_t, 24>& buffer) {
  int boundary = 0;
  const auto count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(c), buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size()),
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &boundary);
  if (count < 1 || count > static_cast<utf8proc_ssize_t>(buffer.size())) return {};
  return std::span(buffer).first(static_cast<std::size_t>(count));
}

// Letters without an upper case of their own have that of their parts: ŉ, ǰ, ﬁ, and Greek with a iota below.
bool append_upper_parts(std::string& result, char32_t c, bool first_only) {
  std::array<utf8proc_int32_t, 24> buffer;
  const auto composed = parts(c, buffer);
  if (composed.size() < 2) return false;
  bool iota = false;
  for (const auto part : composed) iota |= static_cast<char32_t>(part) == iota_below;
  if (iota && first_only) return false;
  if (!iota && (category(c) != UTF8PROC_CATEGORY_LL || simple_upper(c) != c)) return false;
  std::string raised;
  for (std::size_t i = 0; i < composed.size(); ++i) {
    const auto part = static_cast<char32_t>(composed[i]);
    if (part != iota_below) append(raised, first_only && i > 0 ? part : simple_upper(part));
  }
  if (!iota) {
    result += raised;
    return true;
  }
  tokenizer::append_normalized(result, raised, tokenizer::NormalForm::nfc);
  result += "Ι";
  return true;
}

// Letters that are no letters any more when they are composed (UAX #31, section 5.1), and a punctuation mark.
bool decomposes(char32_t c) {
  return c == 0x37A || c == 0x2E2F || (c >= 0xFC5E && c <= 0xFC63) || c == 0xFDFA || c == 0xFDFB ||
         (c >= 0xFE70 && c <= 0xFE7E && c % 2 == 0);
}

}  // namespace

bool is_letter(char32_t c) {
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  const int kind = category(c);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
}

bool is_decimal(char32_t c) { return c < 0x80 ? c >= '0' && c <= '9' : category(c) == UTF8PROC_CATEGORY_ND; }

bool is_numeric(char32_t c) {
  const int kind = category(c);
  return kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_NO;
}

bool is_digit(char32_t c) {
  if (is_decimal(c)) return true;
  if (category(c) != UTF8PROC_CATEGORY_NO) return false;
  // Superscripts, and digits in circles and brackets, are a single decimal digit under another shape.
  std::array<utf8proc_int32_t, 24> buffer;
  int digits = 0;
  for (const auto part : parts(c, buffer)) {
    const auto character = static_cast<char32_t>(part);
    if (is_decimal(character)) ++digits;
    if (character == 0x2044) return false;  // a fraction
  }
  return digits == 1;
}

bool is_identifier_start(char32_t c) {
  const bool mark = c == 0xE33 || c == 0xEB3 || c == 0xFF9E || c == 0xFF9F;     // when it is composed
  const bool other = c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212E;  // Other_ID_Start
  return other || ((is_letter(c) || category(c) == UTF8PROC_CATEGORY_NL) && !mark && !decomposes(c));
}

bool is_identifier_part(char32_t c) {
  if (is_identifier_start(c) || is_decimal(c)) return true;
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:  // Other_ID_Continue
      return c == 0xB7 || c == 0x387 || (c >= 0x1369 && c <= 0x1371) || c == 0x19DA || c == 0xE33 || c == 0xEB3 ||
             c == 0x200C || c == 0x200D || c == 0x30FB || c == 0xFF65 || c == 0xFF9E || c == 0xFF9F;
  }
}

// Decimals come in runs of ten, and runs that touch each other begin with a zero.
std::int64_t digit_value(char32_t c) {
  char32_t first = c;
  while (first > 0 && is_decimal(first - 1)) --first;
  return (c - first) % 10;
}

bool is_printable(char32_t c) {
  if (c < 0x7F) return c >= 0x20;
  const int kind = category(c);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_SO;
}

bool is_space(char32_t c) { return tokenizer::is_whitespace(c) || (c >= 0x1C && c <= 0x1F); }

bool is_upper(char32_t c) { return utf8proc_isupper(static_cast<utf8proc_int32_t>(c)) != 0; }
bool is_lower(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_LL || utf8proc_islower(static_cast<utf8proc_int32_t>(c)) != 0;
}
bool is_title(char32_t c) { return category(c) == UTF8PROC_CATEGORY_LT; }

bool is_case_ignorable(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:  // Word_Break = MidLetter, MidNumLet, Single_Quote
      return c == '\'' || c == '.' || c == ':' || c == 0xB7 || c == 0x387 || c == 0x2018 || c == 0x2019 ||
             c == 0x2024 || c == 0x2027;
  }
}

void append_upper(std::string& result, char32_t c) {
  if (c == U'ß') {
    result += "SS";
  } else if (c < 0x80 || !append_upper_parts(result, c, false)) {
    append(result, simple_upper(c));
  }
}

void append_title(std::string& result, char32_t c) {
  if (c == U'ß') {
    result += "Ss";
  } else if (c == U'ŉ') {
    result += "ʼN";
  } else if (c < 0x80 || !append_upper_parts(result, c, true)) {
    append(result, static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(c))));
  }
}

void append_lower(std::string& result, char32_t c) {
  if (c == 0x130) {
    result += "i\u0307";  // SpecialCasing.txt
  } else {
    append(result, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
  }
}

void append_folded(std::string& result, char32_t c) {
  std::array<utf8proc_int32_t, 24> buffer;
  int boundary = 0;
  const auto count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer.data(),
                              static_cast<utf8proc_ssize_t>(buffer.size()), UTF8PROC_CASEFOLD, &boundary);
  if (count < 1 || count > static_cast<utf8proc_ssize_t>(buffer.size())) return append(result, c);
  for (utf8proc_ssize_t i = 0; i < count; ++i)
    append(result, static_cast<char32_t>(buffer[static_cast<std::size_t>(i)]));
}

}  // namespace gerbil::jinja
#endif
