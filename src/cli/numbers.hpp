// Numbers on the command line: parsed completely, checked against their range, errors that name the option; and numbers
// as results.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <format>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil::cli {

template <typename T>
struct Range {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
  bool low_excluded = false;
};

template <typename T>
std::string to_string(const Range<T>& range) {
  const std::string kind = std::integral<T> ? "a whole number" : "a number";
  return range.low_excluded ? std::format("{} above {} and up to {}", kind, range.low, range.high)
                            : std::format("{} from {} to {}", kind, range.low, range.high);
}

// `text` as a T inside `range`. Throws Error{invalid_argument} that names `what`, the text and the range.
template <typename T>
T parse_number(std::string_view text, std::string_view what, const Range<T>& range = {}) {
  T value{};
  const char* begin = text.data();
  const char* end = begin + text.size();
  auto [stopped, error] = std::from_chars(begin, end, value);
  if constexpr (std::same_as<T, float>) {
    // What is too small for a float is as good as 0, and too large for it is outside of the range anyway.
    double wide = 0;
    if (error == std::errc::result_out_of_range && std::from_chars(begin, end, wide).ec == std::errc{}) {
      value = static_cast<float>(wide);
      error = {};
    }
  }
  // Written so that a NaN fails.
  const bool inside = (range.low_excluded ? value > range.low : value >= range.low) && value <= range.high;
  if (error != std::errc{} || stopped != end || text.empty() || !inside)
    throw Error(ErrorCode::invalid_argument, std::format("{} must be {}, not '{}'.", what, to_string(range), text));
  return value;
}

// Adds the option `names` that sets `target`.
template <typename T>
CLI::Option* add_number(CLI::App& app, const std::string& names, T& target, const Range<T>& range,
                        const std::string& description) {
  const std::string name = names.substr(names.find("--"));
  return app
      .add_option_function<std::string>(
          names, [&target, range, name](const std::string& text) { target = parse_number<T>(text, name, range); },
          description)
      ->type_name("N");
}

// "1,2,3" as token ids; spaces around the numbers are allowed. Throws Error{invalid_argument} naming the bad item.
std::vector<std::int32_t> parse_token_ids(std::string_view list, std::string_view option);

// The shortest spelling that reads back as the same float; "null" for NaN and infinities, which JSON does not have.
std::string number_text(float value);
// All of `row`, with `separator` between.
std::string row_text(std::span<const float> row, std::string_view separator);

}  // namespace gerbil::cli
