#include "codec/fields.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <utility>

#include "gerbil/json.hpp"

namespace gerbil::codec {
namespace {

[[noreturn]] void fail(const std::string& sentence) { throw Error(ErrorCode::invalid_argument, sentence); }

template <typename Integer>
bool holds(const Json& value, Integer low, Integer high) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return std::cmp_greater_equal(number, low) && std::cmp_less_equal(number, high);
  }
  if (!value.is_number_integer()) return false;
  const auto number = value.get<std::int64_t>();
  return std::cmp_greater_equal(number, low) && std::cmp_less_equal(number, high);
}

}  // namespace

void refuse(const std::string& path, const Json& value, std::string_view expected) {
  fail(std::format("\"{}\" is {}, but should be {}.", path, json_shown(value), expected));
}

Json parse(std::string_view text, std::string_view what) {
  if (text.size() > JsonLimits::text_bytes)
    fail(std::format("{} has {} bytes of JSON, but may have {}.", what, text.size(), JsonLimits::text_bytes));
  try {
    return parse_strict_json(text, what);
  } catch (const Error& error) {
    fail(error.what());
  }
}

const Json& require_list(const std::string& path, const Json& value, std::size_t most, std::string_view of) {
  if (!value.is_array()) refuse(path, value, std::format("a list of {}", of));
  if (value.size() > most)
    fail(std::format("\"{}\" has {} elements, but should be a list of at most {} {}.", path, value.size(), most, of));
  return value;
}

std::string read_string(const std::string& path, const Json& value, std::size_t most) {
  if (!value.is_string()) refuse(path, value, "a string");
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > most) fail(std::format("\"{}\" has {} bytes, but may have {}.", path, text.size(), most));
  return text;
}

float read_float(const std::string& path, const Json& value) {
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!(std::abs(number) <= double{std::numeric_limits<float>::max()})) refuse(path, value, "a number");
  return static_cast<float>(number);
}

template <std::integral Integer>
Integer read_integer(const std::string& path, const Json& value, Integer low, Integer high) {
  if (!holds(value, low, high)) refuse(path, value, std::format("a whole number from {} to {}", low, high));
  return value.get<Integer>();
}

Fields::Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (object.is_object()) return;
  const std::string shown = json_shown(object);
  fail(where_.empty() ? std::format("The JSON is {}, but should be an object.", shown)
                      : std::format("\"{}\" is {}, but should be an object.", where_, shown));
}

std::string Fields::path(std::string_view key) const {
  return where_.empty() ? std::string(key) : std::format("{}.{}", where_, key);
}

const Json* Fields::find(std::string_view key) {
  known_.push_back(key);
  const auto field = object_.find(key);
  return field == object_.end() || field->is_null() ? nullptr : &*field;
}

const Json& Fields::require(std::string_view key, std::string_view expected) {
  if (const Json* value = find(key)) return *value;
  fail(std::format("\"{}\" is missing; it should be {}.", path(key), expected));
}

void Fields::read(std::string_view key, bool& target) {
  const Json* value = find(key);
  if (!value) return;
  if (!value->is_boolean()) refuse(path(key), *value, "true or false");
  target = value->get<bool>();
}

void Fields::read(std::string_view key, std::string& target, std::size_t most) {
  if (const Json* value = find(key)) target = read_string(path(key), *value, most);
}

void Fields::read(std::string_view key, float& target) {
  if (const Json* value = find(key)) target = read_float(path(key), *value);
}

void Fields::read(std::string_view key, double& target) {
  const Json* value = find(key);
  if (!value) return;
  if (!value->is_number()) refuse(path(key), *value, "a number");
  target = value->get<double>();
}

template <std::integral Integer>
void Fields::read(std::string_view key, Integer& target, Integer low, Integer high) {
  if (const Json* value = find(key)) target = read_integer(path(key), *value, low, high);
}

void Fields::refuse_others() const {
  for (const auto& [key, value] : object_.items()) {
    if (value.is_null() || std::ranges::contains(known_, key)) continue;
    std::string names;
    for (const std::string_view known : known_) names += std::format("{}\"{}\"", names.empty() ? "" : ", ", known);
    const std::string shown = json_shown(path(key));
    fail(std::format("{} is no field that gerbil knows; there are {}.", shown, names));
  }
}

template void Fields::read(std::string_view, std::int32_t&, std::int32_t, std::int32_t);
template void Fields::read(std::string_view, std::int64_t&, std::int64_t, std::int64_t);
template void Fields::read(std::string_view, std::uint64_t&, std::uint64_t, std::uint64_t);
template std::int32_t read_integer(const std::string&, const Json&, std::int32_t, std::int32_t);
template std::int64_t read_integer(const std::string&, const Json&, std::int64_t, std::int64_t);
template std::uint64_t read_integer(const std::string&, const Json&, std::uint64_t, std::uint64_t);

}  // namespace gerbil::codec
