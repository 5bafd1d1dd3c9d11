#include "tokenizer/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace gerbil::tokenizer {
namespace {

constexpr char32_t replacement = 0xfffd;

// What a lead byte allows (Unicode 17, table 3-7): the length, and the range of the second byte.
struct Lead {
  std::size_t length;
  std::uint8_t second_from;
  std::uint8_t second_to;
};

Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};  // no surrogates
  if (byte >= 0xe1 && byte <= 0xef) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};  // no more than U+10FFFF
  return {0, 0, 0};
}

}  // namespace

Utf8Unit utf8_unit(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  if (first < 0x80) return {first, 1, true, false};
  const Lead lead = lead_of(first);
  if (lead.length == 0) return {replacement, 1, false, false};
  char32_t code_point = first & (0x7fu >> lead.length);
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (at + i == text.size()) return {replacement, i, false, true};
    const std::uint8_t next = byte(at + i);
    const bool fits = i == 1 ? next >= lead.second_from && next <= lead.second_to : (next & 0xc0) == 0x80;
    if (!fits) return {replacement, i, false, false};
    code_point = code_point << 6 | (next & 0x3fu);
  }
  return {code_point, lead.length, true, false};
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::string_view well_formed_utf8(std::string_view text, std::string& storage) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Utf8Unit unit = utf8_unit(text, at);
    if (!unit.well_formed) break;
    at += unit.size;
  }
  if (at == text.size()) return text;
  storage.assign(text.substr(0, at));
  while (at < text.size()) {
    const Utf8Unit unit = utf8_unit(text, at);
    append_utf8(storage, unit.code_point);
    at += unit.size;
  }
  return storage;
}

std::size_t unfinished_utf8(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(3, text.size()); ++size) {
    const std::size_t at = text.size() - size;
    if ((static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80) continue;
    const Utf8Unit unit = utf8_unit(text, at);
    return unit.truncated ? size : 0;
  }
  return 0;
}

bool is_whitespace(char32_t c) {
  return (c >= 0x9 && c <= 0xd) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

std::string_view without_leading_whitespace(std::string_view text) {
  while (!text.empty()) {
    const Utf8Unit unit = utf8_unit(text, 0);
    if (!is_whitespace(unit.code_point)) break;
    text.remove_prefix(unit.size);
  }
  return text;
}

std::string_view without_trailing_whitespace(std::string_view text) {
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80) --at;
    if (!is_whitespace(utf8_unit(text, at).code_point)) break;
    text = text.substr(0, at);
  }
  return text;
}

}  // namespace gerbil::tokenizer
