// UTF-8 by hand, and the one Unicode property whose table has been stable for a decade.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gerbil::tokenizer {

// What begins at one place of a text: a character, or malformed bytes that together count as one U+FFFD.
struct Utf8Unit {
  char32_t code_point;  // U+FFFD when malformed
  std::size_t size;     // in bytes, at least 1
  bool well_formed;
  bool truncated;  // malformed only because the text ends here
};

// Reads the unit at text[at]; at < text.size(). Malformed input is divided into maximal subparts (Unicode 17, section
// 3.9, "U+FFFD Substitution of Maximal Subparts"), as Python, Rust and browsers do.
Utf8Unit utf8_unit(std::string_view text, std::size_t at);

void append_utf8(std::string& text, char32_t code_point);

// `text` itself when it is well-formed; otherwise `storage`, filled with `text` where U+FFFD replaces malformed bytes.
std::string_view well_formed_utf8(std::string_view text, std::string& storage);

// The number of bytes at the end of `text` that begin a character and do not complete it (0 to 3).
std::size_t unfinished_utf8(std::string_view text);

// The Unicode property White_Space.
bool is_whitespace(char32_t code_point);

// `text` without leading or without trailing white space. `text` is well-formed.
std::string_view without_leading_whitespace(std::string_view text);
std::string_view without_trailing_whitespace(std::string_view text);

}  // namespace gerbil::tokenizer
