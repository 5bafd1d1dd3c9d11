#include "base/json.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

[[noreturn]] void wrong_type(std::string_view key, const Json& value, std::string_view expected) {
  throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" is " + json_shown(value) + ", but should be " +
                                      std::string(expected) + ".");
}

template <typename T>
struct Converter;

template <>
struct Converter<bool> {
  static bool convert(std::string_view key, const Json& value) {
    if (!value.is_boolean()) wrong_type(key, value, "true or false");
    return value.get<bool>();
  }
};

template <typename Integer>
Integer convert_integer(std::string_view key, const Json& value) {
  const double wide = value.is_number() ? value.get<double>() : std::nan("");
  // Some files write whole numbers as 1e4 or 32.0.
  if (!(std::floor(wide) == wide)) wrong_type(key, value, "a whole number");
  if (wide < static_cast<double>(std::numeric_limits<Integer>::min()) ||
      wide >= -static_cast<double>(std::numeric_limits<Integer>::min())) {
    wrong_type(key, value, "a whole number of at most " + std::to_string(sizeof(Integer) * 8) + " bits");
  }
  return value.is_number_integer() ? static_cast<Integer>(value.get<std::int64_t>()) : static_cast<Integer>(wide);
}

template <>
struct Converter<std::int32_t> {
  static std::int32_t convert(std::string_view key, const Json& v) { return convert_integer<std::int32_t>(key, v); }
};

template <>
struct Converter<std::int64_t> {
  static std::int64_t convert(std::string_view key, const Json& v) { return convert_integer<std::int64_t>(key, v); }
};

template <>
struct Converter<double> {
  static double convert(std::string_view key, const Json& value) {
    if (!value.is_number()) wrong_type(key, value, "a number");
    return value.get<double>();
  }
};

template <>
struct Converter<float> {
  static float convert(std::string_view key, const Json& value) {
    return static_cast<float>(Converter<double>::convert(key, value));
  }
};

template <>
struct Converter<std::string> {
  static std::string convert(std::string_view key, const Json& value) {
    if (!value.is_string()) wrong_type(key, value, "a string");
    return value.get<std::string>();
  }
};

template <typename T>
struct Converter<std::vector<T>> {
  static std::vector<T> convert(std::string_view key, const Json& value) {
    if (!value.is_array()) wrong_type(key, value, "an array");
    std::vector<T> result;
    for (const Json& element : value) result.push_back(Converter<T>::convert(key, element));
    return result;
  }
};

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(key);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

}  // namespace

std::string json_shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

template <typename T>
T json_converted(std::string_view key, const Json& value) {
  return Converter<T>::convert(key, value);
}

template <typename T>
T json_value(const Json& object, std::string_view key, const T& fallback) {
  const Json* member = find(object, key);
  return member ? Converter<T>::convert(key, *member) : fallback;
}

template <typename T>
T json_required(const Json& object, std::string_view key) {
  const Json* member = find(object, key);
  if (!member) throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" is missing.");
  return Converter<T>::convert(key, *member);
}

bool json_truth(const Json& object, std::string_view key, bool fallback) {
  const auto member = object.find(key);
  if (member == object.end()) return fallback;
  if (member->is_boolean()) return member->get<bool>();
  if (member->is_number()) return member->get<double>() != 0;
  return member->is_string() ? !member->get_ref<const std::string&>().empty() : !member->empty();
}

#define GERBIL_JSON(T)                                               \
  template T json_converted<T>(std::string_view, const Json&);       \
  template T json_value<T>(const Json&, std::string_view, const T&); \
  template T json_required<T>(const Json&, std::string_view);
GERBIL_JSON(bool)
GERBIL_JSON(std::int32_t)
GERBIL_JSON(std::int64_t)
GERBIL_JSON(float)
GERBIL_JSON(double)
GERBIL_JSON(std::string)
GERBIL_JSON(std::vector<std::int32_t>)
GERBIL_JSON(std::vector<std::int64_t>)
GERBIL_JSON(std::vector<float>)
GERBIL_JSON(std::vector<double>)
GERBIL_JSON(std::vector<std::string>)
#undef GERBIL_JSON

}  // namespace gerbil
