#include "numbers.hpp"

#include <algorithm>

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

}  // namespace gerbil::cli
