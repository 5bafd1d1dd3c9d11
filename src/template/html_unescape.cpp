#include "template/html_unescape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

constexpr std::size_t longest_name = 32;  // characters between the ampersand and the semicolon
constexpr std::uint32_t beyond_unicode = 0x110000;

using Names = std::unordered_map<std::string_view, std::string_view>;

const Names& names() {
  static const Names table = [] {
    Names made;
    for (std::string_view rest = html_names; !rest.empty();) {
      const std::size_t equals = rest.find('='), end = rest.find(' ', equals);
      made.emplace(rest.substr(0, equals), rest.substr(equals + 1, end - equals - 1));
      rest.remove_prefix(end + 1);
    }
    return made;
  }();
  return table;
}

bool is_digit_of(char c, bool hexadecimal) {
  return (c >= '0' && c <= '9') || (hexadecimal && (c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// What stands for the numbers 0x80 to 0x9F, which are those of Windows' code page 1252.
constexpr std::array<char32_t, 32> code_page = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void append_number(std::string& result, std::uint32_t code) {
  if (code >= 0x80 && code <= 0x9F) {
    tokenizer::append_utf8(result, code_page[code - 0x80]);
    return;
  }
  if (code == 0 || code >= beyond_unicode || (code >= 0xD800 && code <= 0xDFFF)) {
    tokenizer::append_utf8(result, U'\uFFFD');
    return;
  }
  const bool control = (code < 0x20 && code != '\t' && code != '\n' && code != '\f' && code != '\r') || code == 0x7F;
  const bool no_character = (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
  if (!control && !no_character) tokenizer::append_utf8(result, code);
}

// The bytes of a number behind "&", which are appended as a character; 0 where there is no number.
std::size_t take_number(std::string_view text, std::string& result) {
  if (!text.starts_with('#')) return 0;
  const bool hexadecimal = text.size() > 1 && (text[1] | 0x20) == 'x';
  const std::size_t begin = hexadecimal ? 2 : 1;
  std::size_t at = begin;
  std::uint32_t code = 0;
  for (; at < text.size() && is_digit_of(text[at], hexadecimal); ++at) {
    const auto digit = static_cast<std::uint32_t>(text[at] <= '9' ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10);
    code = std::min(code * (hexadecimal ? 16 : 10) + digit, beyond_unicode);
  }
  if (at == begin) return 0;
  append_number(result, code);
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

// The same for a name: the longest that the text begins with, which may lack its semicolon.
std::size_t take_name(std::string_view text, std::string& result) {
  std::size_t end = 0;
  for (std::size_t count = 0; count < longest_name && end < text.size(); ++count) {
    if (std::string_view("\t\n\f <&#;").contains(text[end])) break;
    end += tokenizer::utf8_unit(text, end).size;
  }
  if (end == 0) return 0;
  if (end < text.size() && text[end] == ';') ++end;
  for (; end > 1; --end) {
    if (const auto known = names().find(text.substr(0, end)); known != names().end()) {
      result += known->second;
      return end;
    }
  }
  return 0;
}

}  // namespace

std::string unescape_html(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t ampersand = std::min(text.find('&', at), text.size());
    result += text.substr(at, ampersand - at);
    if (ampersand == text.size()) break;
    const std::string_view rest = text.substr(ampersand + 1);
    const std::size_t number = take_number(rest, result);
    const std::size_t taken = number > 0 ? number : take_name(rest, result);
    if (taken == 0) result += '&';
    at = ampersand + 1 + taken;
  }
  return result;
}

}  // namespace gerbil::jinja
