#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

constexpr int max_depth = 128;  // deeper nesting than any published file, far from the end of the stack

[[noreturn]] void fail(std::string_view where, const std::string& reason) {
  throw Error(ErrorCode::corrupt, std::string(where) + " is not valid JSON: " + reason + ".");
}

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

// What Python writes for numbers that JSON cannot, and what stands for them until the text is parsed: strings with a
// character that means nothing to anybody (U+FDD0).
struct PythonNumber {
  std::string_view written;
  std::string_view stand_in;
  double value;
};
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<PythonNumber, 3> python_numbers{
    {{"-Infinity", "\xef\xb7\x90-", -infinity},
     {"Infinity", "\xef\xb7\x90+", infinity},
     {"NaN", "\xef\xb7\x90?", std::numeric_limits<double>::quiet_NaN()}}};

// The text with the stand-ins where Python's numbers are, outside of strings.
std::string with_stand_ins(std::string_view text) {
  std::string result;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const auto number = std::ranges::find_if(
        python_numbers, [&](const PythonNumber& n) { return !in_string && rest.starts_with(n.written); });
    if (number != python_numbers.end()) {
      result += '"' + std::string(number->stand_in) + '"';
      i += number->written.size() - 1;
      continue;
    }
    result += text[i];
    if (text[i] == '"') in_string = !in_string;
    if (in_string && text[i] == '\\' && i + 1 < text.size()) result += text[++i];
  }
  return result;
}

void replace_stand_in(Json& parsed) {
  if (!parsed.is_string()) return;
  const auto number = std::ranges::find(python_numbers, parsed.get_ref<const std::string&>(), &PythonNumber::stand_in);
  if (number != python_numbers.end()) parsed = number->value;
}

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(key);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

}  // namespace

namespace {

Json parse(std::string_view text, std::string_view where, bool python) {
  // The parser takes a NUL for the end of the text and would not look at what follows.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    fail(where, "there is a NUL at byte " + std::to_string(nul));
  }
  std::vector<std::set<std::string, std::less<>>> keys;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > max_depth) fail(where, "it nests deeper than " + std::to_string(max_depth) + " levels");
    switch (event) {
      case Json::parse_event_t::object_start:
        keys.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        keys.pop_back();
        break;
      case Json::parse_event_t::key:
        if (!keys.back().insert(parsed.get<std::string>()).second) {
          fail(where, "the key " + json_shown(parsed) + " occurs twice in one object");
        }
        break;
      case Json::parse_event_t::value:
        if (python) replace_stand_in(parsed);
        break;
      default:
        break;
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const Json::parse_error& error) {
    fail(where, "parsing failed at byte " + std::to_string(error.byte) + " of " + std::to_string(text.size()));
  } catch (const Json::exception& error) {
    fail(where, error.what());
  }
}

}  // namespace

std::string json_shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

Json parse_json(std::string_view text, std::string_view where) { return parse(text, where, false); }

Json parse_python_json(std::string_view text, std::string_view where) {
  return parse(with_stand_ins(text), where, true);
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

#define GERBIL_JSON(T)                                               \
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
