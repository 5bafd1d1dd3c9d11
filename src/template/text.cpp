#include "template/text.hpp"

#include <algorithm>
#include <cstring>

#include "template/failure.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

bool starts_character(char byte) { return (byte & 0xC0) != 0x80; }

bool in_set(char32_t c, std::optional<std::string_view> set) {
  if (!set) return is_space(c);
  std::string character;
  tokenizer::append_utf8(character, c);
  return set->contains(character);
}

char32_t last_character(std::string_view text, std::size_t& begin) {
  begin = text.size() - 1;
  while (begin > 0 && !starts_character(text[begin])) --begin;
  return tokenizer::utf8_unit(text, begin).code_point;
}

bool is_cased(char32_t c) { return is_upper(c) || is_lower(c) || is_title(c); }

// Whether the Σ at `at` ends a word: letters stand before it and none after it (Unicode 17, section 3.13, Final_Sigma).
bool is_final_sigma(std::string_view text, std::size_t at) {
  bool before = false;
  for (std::size_t end = at; end > 0;) {
    std::size_t begin = 0;
    const char32_t c = last_character(text.substr(0, end), begin);
    end = begin;
    if (is_case_ignorable(c)) continue;
    before = is_cased(c);
    break;
  }
  if (!before) return false;
  for (std::size_t i = at + 2; i < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, i);
    i += unit.size;
    if (!is_case_ignorable(unit.code_point)) return !is_cased(unit.code_point);
  }
  return true;
}

void append_lower_at(std::string& result, std::string_view text, std::size_t at, char32_t c) {
  if (c == U'Σ' && is_final_sigma(text, at)) {
    result += "ς";
  } else {
    append_lower(result, c);
  }
}

// Maps each character by `map(result, at, character)`.
template <typename Map>
std::string map_characters(std::string_view text, Map map) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    map(result, at, unit.code_point);
    at += unit.size;
  }
  return result;
}

}  // namespace

// Both ends are kept: a sentence says behind a quotation what is wrong with it.
std::string Failure::clipped(std::string_view message, std::size_t longest) {
  std::size_t head = longest * 2 / 3;
  while (!starts_character(message[head])) --head;
  std::size_t tail = message.size() - longest / 3;
  while (tail < message.size() && !starts_character(message[tail])) ++tail;
  return std::string(message.substr(0, head)) + " … " + std::string(message.substr(tail));
}

std::int64_t count_characters(std::string_view text) { return std::ranges::count_if(text, starts_character); }

std::size_t byte_of(std::string_view text, std::int64_t index) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (starts_character(text[at]) && index-- == 0) return at;
  }
  return at;
}

std::string_view lstrip(std::string_view text, std::optional<std::string_view> set) {
  while (!text.empty()) {
    const auto unit = tokenizer::utf8_unit(text, 0);
    if (!in_set(unit.code_point, set)) break;
    text.remove_prefix(unit.size);
  }
  return text;
}

std::string_view rstrip(std::string_view text, std::optional<std::string_view> set) {
  while (!text.empty()) {
    std::size_t begin = 0;
    if (!in_set(last_character(text, begin), set)) break;
    text = text.substr(0, begin);
  }
  return text;
}

std::string_view strip(std::string_view text, std::optional<std::string_view> set) {
  return lstrip(rstrip(text, set), set);
}

std::string upper(std::string_view text) {
  return map_characters(text, [](std::string& result, std::size_t, char32_t c) { append_upper(result, c); });
}

std::string lower(std::string_view text) {
  return map_characters(text,
                        [&](std::string& result, std::size_t at, char32_t c) { append_lower_at(result, text, at, c); });
}

std::string casefold(std::string_view text) {
  return map_characters(text, [](std::string& result, std::size_t, char32_t c) { append_folded(result, c); });
}

std::string capitalize(std::string_view text) {
  return map_characters(text, [&](std::string& result, std::size_t at, char32_t c) {
    if (at == 0) {
      append_title(result, c);
    } else {
      append_lower_at(result, text, at, c);
    }
  });
}

std::string title(std::string_view text) {
  bool inside = false;
  return map_characters(text, [&](std::string& result, std::size_t at, char32_t c) {
    if (inside) {
      append_lower_at(result, text, at, c);
    } else {
      append_title(result, c);
    }
    inside = is_cased(c);
  });
}

std::string swapcase(std::string_view text) {
  return map_characters(text, [&](std::string& result, std::size_t at, char32_t c) {
    if (is_upper(c)) {
      append_lower_at(result, text, at, c);
    } else if (is_lower(c)) {
      append_upper(result, c);
    } else {
      tokenizer::append_utf8(result, c);
    }
  });
}

std::string replace(std::string_view text, std::string_view from, std::string_view to, std::int64_t count) {
  std::string result;
  std::size_t at = 0;
  if (from.empty()) {
    for (; count != 0 && at <= text.size(); --count) {
      result += to;
      if (at == text.size()) return result;
      const std::size_t size = tokenizer::utf8_unit(text, at).size;
      result += text.substr(at, size);
      at += size;
    }
    return result.append(text.substr(std::min(at, text.size())));
  }
  for (; count != 0; --count) {
    const std::size_t found = find(text, from, at);
    if (found == std::string_view::npos) break;
    result.append(text.substr(at, found - at)).append(to);
    at = found + from.size();
  }
  return result.append(text.substr(at));
}

std::vector<std::string_view> split(std::string_view text, std::optional<std::string_view> separator,
                                    std::int64_t count) {
  std::vector<std::string_view> result;
  if (separator) {
    for (; count != 0; --count) {
      const std::size_t found = find(text, *separator);
      if (found == std::string_view::npos) break;
      result.push_back(text.substr(0, found));
      text.remove_prefix(found + separator->size());
    }
    result.push_back(text);
    return result;
  }
  for (text = lstrip(text); !text.empty() && count != 0; --count) {
    std::size_t end = 0;
    while (end < text.size()) {
      const auto unit = tokenizer::utf8_unit(text, end);
      if (is_space(unit.code_point)) break;
      end += unit.size;
    }
    result.push_back(text.substr(0, end));
    text = lstrip(text.substr(end));
  }
  if (!text.empty()) result.push_back(text);
  return result;
}

std::vector<std::string_view> rsplit(std::string_view text, std::optional<std::string_view> separator,
                                     std::int64_t count) {
  std::vector<std::string_view> result;
  if (separator) {
    for (; count != 0; --count) {
      const std::size_t found = rfind(text, *separator);
      if (found == std::string_view::npos) break;
      result.push_back(text.substr(found + separator->size()));
      text = text.substr(0, found);
    }
    result.push_back(text);
  } else {
    for (text = rstrip(text); !text.empty() && count != 0; --count) {
      std::size_t begin = text.size();
      while (begin > 0) {
        std::size_t character = 0;
        if (is_space(last_character(text.substr(0, begin), character))) break;
        begin = character;
      }
      result.push_back(text.substr(begin));
      text = rstrip(text.substr(0, begin));
    }
    if (!text.empty()) result.push_back(text);
  }
  std::ranges::reverse(result);
  return result;
}

std::vector<std::string_view> splitlines(std::string_view text, bool keep_ends) {
  const auto ends_line = [](char32_t c) {
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
  };
  std::vector<std::string_view> result;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    std::size_t next = at + unit.size;
    if (ends_line(unit.code_point)) {
      if (unit.code_point == '\r' && next < text.size() && text[next] == '\n') ++next;
      result.push_back(text.substr(begin, (keep_ends ? next : at) - begin));
      begin = next;
    }
    at = next;
  }
  if (begin < text.size()) result.push_back(text.substr(begin));
  return result;
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = tokenizer::utf8_unit(text, at).size;
    result.push_back(text.substr(at, size));
    at += size;
  }
  return result;
}

std::size_t find(std::string_view text, std::string_view part, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  if (part.empty()) return from;
  // The C libraries have the two-way algorithm here (Crochemore and Perrin 1991), the C++ library compares at each
  // place.
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

// From the end, by the algorithm of Knuth, Morris and Pratt (1977).
std::size_t rfind(std::string_view text, std::string_view part) {
  if (part.empty() || part.size() > text.size()) return part.empty() ? text.size() : std::string_view::npos;
  const auto from_end = [&](std::size_t i) { return part[part.size() - 1 - i]; };
  std::vector<std::size_t> border(part.size());  // how much of the end occurs again at the begin of i + 1 bytes
  for (std::size_t i = 1, matched = 0; i < part.size(); ++i) {
    while (matched > 0 && from_end(i) != from_end(matched)) matched = border[matched - 1];
    if (from_end(i) == from_end(matched)) ++matched;
    border[i] = matched;
  }
  std::size_t matched = 0;
  for (std::size_t at = text.size(); at-- > 0;) {
    while (matched > 0 && text[at] != from_end(matched)) matched = border[matched - 1];
    if (text[at] == from_end(matched)) ++matched;
    if (matched == part.size()) return at;
  }
  return std::string_view::npos;
}

std::int64_t count(std::string_view text, std::string_view part) {
  if (part.empty()) return count_characters(text) + 1;
  std::int64_t result = 0;
  for (std::size_t at = find(text, part); at != std::string_view::npos; at = find(text, part, at + part.size()))
    ++result;
  return result;
}

std::string escape_html(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '\'':
        result += "&#39;";
        break;
      case '"':
        result += "&#34;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace gerbil::jinja
