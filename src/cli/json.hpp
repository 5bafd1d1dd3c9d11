// Results as JSON, one object on one line. What the library has a type for, its codec writes (gerbil/json.hpp).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace gerbil::cli {

using Json = nlohmann::ordered_json;

// On one line. Bytes that are not UTF-8 become U+FFFD: JSON cannot hold them.
std::string to_text(const Json& json);
// Prints that on stdout with a newline.
void print(const Json& json);

// Prints an object that the codec has written, with further members at its end.
void print(std::string_view object, const Json& members);

}  // namespace gerbil::cli
