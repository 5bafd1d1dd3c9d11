#include "calls/match.hpp"

#include <algorithm>

namespace gerbil::calls {
namespace {

bool is_space(char c) { return white_space.contains(c); }

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(white_space), text.size());
  return text.substr(begin, text.find_last_not_of(white_space) + 1 - begin);
}

Found match(std::string_view text, std::string_view literal) {
  std::size_t at = 0;
  const auto skip = [&] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  skip();
  for (const char c : literal) {
    if (is_space(c)) {
      skip();
      continue;
    }
    if (at == text.size()) return {Fit::partial, 0};
    if (text[at++] != c) return {};
  }
  return {Fit::yes, at};
}

std::size_t partial_end(std::string_view text, std::string_view pattern) {
  for (std::size_t size = std::min(text.size(), pattern.size() - 1); size > 0; --size) {
    if (text.ends_with(pattern.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace gerbil::calls
