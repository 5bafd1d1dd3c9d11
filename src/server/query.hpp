// What stands behind the question mark of a target.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/ascii.hpp"

namespace gerbil::server {

// "a=1&b=2", names and values percent-decoded, in their order.
inline std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> result;
  while (!query.empty()) {
    const std::string_view each = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), each.size() + 1));
    const std::size_t equals = std::min(each.size(), each.find('='));
    result.emplace_back(percent_decoded(each.substr(0, equals)),
                        percent_decoded(each.substr(std::min(each.size(), equals + 1))));
  }
  return result;
}

}  // namespace gerbil::server
