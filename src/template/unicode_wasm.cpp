#ifdef __EMSCRIPTEN__
#include <emscripten/em_js.h>

#include "template/unicode.hpp"

// clang-format off
// Whether the character has the property whose number in the table is `property`. A backslash in the code of an EM_JS
// does not arrive as one, so @ stands for it.
EM_JS(int, gerbil_character_is, (unsigned c, int property), {
  const table = (globalThis.gerbilProperties = globalThis.gerbilProperties || [
    "@p{L}", "@p{Nd}", "@p{N}", "[@p{L}@p{M}@p{N}@p{P}@p{S} ]", "@p{Uppercase}", "@p{Lowercase}", "@p{Lt}",
    "@p{Case_Ignorable}", "[@p{Nd}@u00B2@u00B3@u00B9@u2070-@u2079@u2080-@u2089@u2460-@u2468]", "@p{XID_Continue}", "@p{XID_Start}",
  ].map((pattern) => new RegExp(pattern.replaceAll("@", String.fromCharCode(92)), "u")));
  return table[property].test(String.fromCodePoint(c)) ? 1 : 0;
});

// Writes the mapped character as code points, at most four, and returns how many. 0: upper, 1: lower, 2: folded.
EM_JS(int, gerbil_character_map, (unsigned c, int mapping, unsigned* out), {
  const text = String.fromCodePoint(c);
  const mapped = mapping == 0 ? text.toUpperCase() : mapping == 1 ? text.toLowerCase() : text.toUpperCase().toLowerCase();
  const points = Array.from(mapped, (character) => character.codePointAt(0)).slice(0, 4);
  HEAPU32.set(points, out >> 2);
  return points.length;
});
// clang-format on

#include "tokenizer/utf8.hpp"

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
