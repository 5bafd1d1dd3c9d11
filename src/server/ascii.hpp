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

// Apart from tabulators.
constexpr bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

constexpr int hexadecimal_digit(char c) {
  if (is_digit(c)) return c - '0';
  return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

// RFC 3986, 2.1; what is no escape stays as it is.
inline std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hexadecimal_digit(text[i + 1]) >= 0 &&
                        hexadecimal_digit(text[i + 2]) >= 0;
    result +=
        escape ? static_cast<char>(hexadecimal_digit(text[i + 1]) * 16 + hexadecimal_digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return result;
}

// RFC 9110, 5.6.2
constexpr bool is_token_character(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

}  // namespace gerbil::server
