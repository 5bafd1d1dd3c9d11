// What HTTP says of characters.
#pragma once

#include <string>
#include <string_view>

namespace gerbil::server {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 9110, 5.6.2
constexpr bool is_token_character(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

}  // namespace gerbil::server
