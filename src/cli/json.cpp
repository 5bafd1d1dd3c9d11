#include "json.hpp"

#include <iostream>

namespace gerbil::cli {

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void print(const Json& json) { std::cout << to_text(json) << '\n'; }

void print(std::string_view object, const Json& members) {
  object.remove_suffix(1);
  std::cout << object << ',' << std::string_view(to_text(members)).substr(1) << '\n';
}

}  // namespace gerbil::cli
