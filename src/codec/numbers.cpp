#include <array>
#include <cmath>

#include "codec/codec.hpp"

namespace gerbil::codec {
namespace {

std::string_view spelling(float value, std::array<char, 32>& digits) {
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

}  // namespace

double widened(float value) {
  if (!std::isfinite(value)) return value;
  std::array<char, 32> digits{};
  return Json::parse(spelling(value, digits)).get<double>();
}

void append_numbers(std::string& text, const std::vector<float>& values) {
  std::array<char, 32> digits{};
  for (bool first = true; const float value : values) {
    if (!first) text += ',';
    first = false;
    text += std::isfinite(value) ? spelling(value, digits) : std::string_view("null");
  }
}

std::vector<float> read_numbers(const std::string& path, const Json& json) {
  if (!json.is_array()) refuse(path, json, "a list of numbers");
  std::vector<float> values;
  values.reserve(json.size());
  for (const Json& value : json)
    values.push_back(value.is_null() ? std::numeric_limits<float>::quiet_NaN() : read_float(path, value));
  return values;
}

}  // namespace gerbil::codec
