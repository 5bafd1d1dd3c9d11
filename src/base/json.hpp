// JSON from strangers: bounded depth, time that grows with the text alone, errors that name the file and the key.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil {

using Json = nlohmann::ordered_json;

// Throws Error{corrupt} naming `where` (usually the file) and the byte at which parsing failed. Nesting over 128
// levels and a key that occurs twice in one object are errors too.
Json parse_json(std::string_view text, std::string_view where);

// For the files of a checkpoint, which Python's json has read before: as parse_json, but with the numbers NaN, Infinity
// and -Infinity, which are no JSON, and of a key that occurs twice the last value counts, which is a sentence in
// `warnings`.
Json parse_python_json(std::string_view text, std::string_view where, std::vector<std::string>* warnings = nullptr);

// For requests: as parse_json, but a whole number of more than 64 bits is an error, where the others read the nearest
// double.
Json parse_strict_json(std::string_view text, std::string_view where);

// For what a template is given: as parse_python_json, but with the whole numbers of parse_strict_json.
Json parse_exact_json(std::string_view text, std::string_view where);

// A value as text for a message, shortened to 80 bytes.
std::string json_shown(const Json& value);

// The member `key` of `object`, converted to T. A missing or null member gives `fallback`; a member of the wrong type
// throws Error{corrupt} naming the key, the value found and the type expected. T: bool, int, int64_t, float, double,
// std::string and std::vector of these. An int is range-checked.
template <typename T>
T json_value(const Json& object, std::string_view key, const T& fallback);

// `value`, the member `key` of some object, converted as json_value does it. Null is of the wrong type.
template <typename T>
T json_converted(std::string_view key, const Json& value);

// As json_value, but a missing or null member is an Error{corrupt}.
template <typename T>
T json_required(const Json& object, std::string_view key);

// What Python's `if` makes of the member `key`: null, 0 and whatever is empty are false. A missing member gives
// `fallback`.
bool json_truth(const Json& object, std::string_view key, bool fallback);

}  // namespace gerbil
