#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

constexpr std::size_t max_depth = 128;      // deeper nesting than any published file, far from the end of the stack
constexpr std::size_t most_warnings = 100;  // of one file

[[noreturn]] void fail(std::string_view where, const std::string& reason) {
  throw Error(ErrorCode::corrupt, std::string(where) + " is not valid JSON: " + reason + ".");
}

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

// The number that a text stands for, null for any other text.
const PythonNumber* stood_for(std::string_view text) {
  const auto number = std::ranges::find(python_numbers, text, &PythonNumber::stand_in);
  return number == python_numbers.end() ? nullptr : &*number;
}

enum class Repeated : std::uint8_t { refused, last_counts };
enum class LargeInteger : std::uint8_t { refused, becomes_real };

struct Rules {
  bool python_numbers = false;
  Repeated repeated_keys = Repeated::refused;
  LargeInteger large_integers = LargeInteger::becomes_real;
};

// The handler that nlohmann's SAX parser drives; the names of its public members are given by that library. The
// library's own builder looks a key up by going through all keys before it.
class Builder {
 public:
  Builder(std::string_view where, Rules rules, std::vector<std::string>* warnings)
      : where_(where), rules_(rules), warnings_(warnings) {}

  bool null() { return place(nullptr); }
  bool boolean(bool value) { return place(value); }
  bool number_integer(std::int64_t value) { return place(value); }
  bool number_unsigned(std::uint64_t value) { return place(value); }
  bool number_float(double value, const std::string& text) {
    const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
    if (whole && rules_.large_integers == LargeInteger::refused) {
      fail(where_, "the number " + json_shown(text) + " has more than 64 bits");
    }
    return place(value);
  }
  bool string(std::string& value) {
    const PythonNumber* number = rules_.python_numbers ? stood_for(value) : nullptr;
    return number ? place(number->value) : place(std::move(value));
  }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON text has none
  bool key(std::string& name) {
    if (rules_.python_numbers && stood_for(name)) fail(where_, "a key is a number");
    key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string& last, const Json::exception& error) {
    constexpr int number_overflow = 406;
    if (error.id == number_overflow) fail(where_, "the number " + json_shown(last) + " is beyond the range of numbers");
    if (std::string_view(error.what()).contains("surrogate")) {
      fail(where_,
           "half of a pair of surrogates, \\uD800 to \\uDFFF, stands alone at byte " + std::to_string(position));
    }
    error_at_ = position;
    return false;
  }

  std::size_t error_at() const { return error_at_; }
  Json take() { return std::move(root_); }

 private:
  struct Container {
    Json* json;  // a container does not grow while one in it is open, so this stays where it is
    std::unordered_map<std::string, std::size_t> places;  // of the keys of an object
  };

  bool place(Json&& value) {
    (void)put(std::move(value));
    return true;
  }

  bool open(Json&& container) {
    if (open_.size() == max_depth) fail(where_, "it nests deeper than " + std::to_string(max_depth) + " levels");
    Json& placed = put(std::move(container));
    open_.push_back({&placed, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Json& put(Json&& value) {
    if (open_.empty()) return root_ = std::move(value);
    Container& parent = open_.back();
    if (parent.json->is_array()) return parent.json->emplace_back(std::move(value));
    // The members as the vector that they are, which appends without looking for the key.
    auto& members = static_cast<Json::object_t::Container&>(parent.json->get_ref<Json::object_t&>());
    const auto [known, is_new] = parent.places.emplace(key_, members.size());
    if (is_new) return members.emplace_back(std::move(key_), std::move(value)).second;
    repeat(known->first);
    return members[known->second].second = std::move(value);
  }

  void repeat(const std::string& key) {
    const std::string what = "the key " + json_shown(key) + " occurs twice in one object";
    if (rules_.repeated_keys == Repeated::refused) fail(where_, what);
    if (warnings_ && ++repeats_ <= most_warnings) {
      warnings_->push_back("In " + std::string(where_) + " " + what + "; the last value counts.");
    }
  }

  std::string_view where_;
  Rules rules_;
  std::vector<std::string>* warnings_;
  Json root_;
  std::vector<Container> open_;
  std::string key_;
  std::size_t repeats_ = 0;
  std::size_t error_at_ = 0;
};

Json parse(std::string_view text, std::string_view where, Rules rules, std::vector<std::string>* warnings = nullptr) {
  // The parser takes a NUL for the end of the text and would not look at what follows.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    fail(where, "there is a NUL at byte " + std::to_string(nul));
  }
  Builder builder(where, rules, warnings);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    fail(where, "parsing failed at byte " + std::to_string(builder.error_at()) + " of " + std::to_string(text.size()));
  }
  return builder.take();
}

}  // namespace

Json parse_json(std::string_view text, std::string_view where) { return parse(text, where, {}); }

Json parse_strict_json(std::string_view text, std::string_view where) {
  return parse(text, where, {.large_integers = LargeInteger::refused});
}

Json parse_exact_json(std::string_view text, std::string_view where) {
  return parse(
      with_stand_ins(text), where,
      {.python_numbers = true, .repeated_keys = Repeated::last_counts, .large_integers = LargeInteger::refused});
}

Json parse_python_json(std::string_view text, std::string_view where, std::vector<std::string>* warnings) {
  return parse(with_stand_ins(text), where, {.python_numbers = true, .repeated_keys = Repeated::last_counts}, warnings);
}

}  // namespace gerbil
