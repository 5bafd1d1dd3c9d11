#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gerbil::cli {

std::vector<std::int32_t> parse_token_ids(std::string_view list, std::string_view option) {
  std::vector<std::int32_t> ids;
  std::size_t begin = 0;
  for (std::size_t item = 1; begin <= list.size(); ++item) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string_view text = list.substr(begin, end - begin);
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    ids.push_back(parse_number<std::int32_t>(text, std::format("item {} of {}", item, option), {.low = 0}));
    begin = end + 1;
  }
  return ids;
}

std::string number_text(float value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

std::string row_text(std::span<const float> row, std::string_view separator) {
  std::string text;
  for (const float value : row) {
    if (!text.empty()) text += separator;
    text += number_text(value);
  }
  return text;
}

}  // namespace gerbil::cli
