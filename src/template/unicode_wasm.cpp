#ifdef __EMSCRIPTEN__
#include "template/unicode.hpp"

#include "tokenizer/utf8.hpp"

extern "C" {  // platform.js
int gerbil_character_is(char32_t c, int property);
int gerbil_character_map(char32_t c, int mapping, unsigned* out);
}

namespace gerbil::jinja {
namespace {

void append_mapped(std::string& result, char32_t c, int mapping, bool title = false) {
  unsigned points[4] = {};
  const int count = gerbil_character_map(c, mapping, points);
  for (int i = 0; i < count; ++i) {
    if (title && i > 0) {
      append_lower(result, points[i]);
    } else {
      tokenizer::append_utf8(result, points[i]);
    }
  }
}

}  // namespace

bool is_letter(char32_t c) { return c < 0x80 ? (c | 0x20) >= 'a' && (c | 0x20) <= 'z' : gerbil_character_is(c, 0); }
bool is_decimal(char32_t c) { return c < 0x80 ? c >= '0' && c <= '9' : gerbil_character_is(c, 1); }
bool is_numeric(char32_t c) { return gerbil_character_is(c, 2); }
bool is_identifier_start(char32_t c) { return gerbil_character_is(c, 10); }
bool is_identifier_part(char32_t c) { return gerbil_character_is(c, 9); }
std::int64_t digit_value(char32_t c) {
  char32_t first = c;
  while (first > 0 && is_decimal(first - 1)) --first;
  return (c - first) % 10;
}
bool is_printable(char32_t c) { return c < 0x7F ? c >= 0x20 : gerbil_character_is(c, 3); }
bool is_space(char32_t c) { return tokenizer::is_whitespace(c) || (c >= 0x1C && c <= 0x1F); }
bool is_upper(char32_t c) { return gerbil_character_is(c, 4); }
bool is_lower(char32_t c) { return gerbil_character_is(c, 5); }
bool is_title(char32_t c) { return gerbil_character_is(c, 6); }
bool is_case_ignorable(char32_t c) { return gerbil_character_is(c, 7); }
bool is_digit(char32_t c) { return gerbil_character_is(c, 8); }
void append_upper(std::string& result, char32_t c) { append_mapped(result, c, 0); }
void append_lower(std::string& result, char32_t c) { append_mapped(result, c, 1); }
void append_title(std::string& result, char32_t c) { append_mapped(result, c, 0, c != U'ŉ'); }
void append_folded(std::string& result, char32_t c) { append_mapped(result, c, 2); }

}  // namespace gerbil::jinja
#endif
