#include "tokenizer/score.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace gerbil::tokenizer {
namespace {

constexpr int largest_power = 308;
constexpr std::int64_t largest_exponent = 1'000'000;  // far beyond what any double has

// The doubles nearest to the powers of ten.
double power_of_ten(std::int64_t exponent) {
  static const auto powers = [] {
    std::array<double, largest_power + 1> result{};
    for (int i = 0; i <= largest_power; ++i) {
      result[static_cast<std::size_t>(i)] = std::strtod(("1e" + std::to_string(i)).c_str(), nullptr);
    }
    return result;
  }();
  return powers[static_cast<std::size_t>(exponent)];
}

double scale(std::uint64_t digits, std::int64_t exponent) {
  auto value = static_cast<double>(digits);
  while (exponent < -largest_power && value != 0) {
    value /= power_of_ten(largest_power);
    exponent += largest_power;
  }
  if (value == 0) return 0;
  if (exponent > largest_power) return std::numeric_limits<double>::infinity();
  return exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
}

// Adds `digit` to `digits` unless the result would be too large.
bool append(std::uint64_t& digits, char digit) {
  const auto value = static_cast<std::uint64_t>(digit - '0');
  if (digits > (std::numeric_limits<std::uint64_t>::max() - value) / 10) return false;
  digits = digits * 10 + value;
  return true;
}

}  // namespace

double reference_value(std::string_view number) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mark);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
  std::size_t at = 0;
  while (at < point && append(digits, mantissa[at])) ++at;
  exponent += static_cast<std::int64_t>(point - at);  // digits of the whole part that did not fit
  for (at = point + 1; at < mantissa.size() && append(digits, mantissa[at]); ++at) --exponent;
  if (mark < number.size()) {
    std::string_view written = number.substr(mark + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
    if (error == std::errc::result_out_of_range)
      value = written.starts_with('-') ? -largest_exponent : largest_exponent;
    exponent += std::clamp(value, -largest_exponent, largest_exponent);
  }
  const double value = scale(digits, exponent);
  return negative ? -value : value;
}

}  // namespace gerbil::tokenizer
