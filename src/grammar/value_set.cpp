#include "grammar/value_set.hpp"

#include <cmath>
#include <cstdint>

namespace gerbil::grammar {
namespace {

// Keys in their order, and whole numbers as such.
nlohmann::json sorted(const Json& value) {
  if (value.is_object()) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, each] : value.items()) object[name] = sorted(each);
    return object;
  }
  if (value.is_array()) {
    nlohmann::json array = nlohmann::json::array();
    for (const Json& each : value) array.push_back(sorted(each));
    return array;
  }
  constexpr double whole = 1LL << 62;
  const double number = value.is_number_float() ? value.get<double>() : 0.5;
  if (std::trunc(number) == number && std::abs(number) < whole) return static_cast<std::int64_t>(number);
  return value;
}

}  // namespace

std::string ValueSet::canonical(const Json& value) { return sorted(value).dump(); }

}  // namespace gerbil::grammar
