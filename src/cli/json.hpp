// Results as JSON, one object on one line.
#pragma once

#include <nlohmann/json.hpp>

#include "gerbil/engine.hpp"

namespace gerbil::cli {

using Json = nlohmann::ordered_json;

// Text, reasoning, finish reason, token counts and ids, timings in seconds, and log-probabilities when there are any.
Json to_json(const Result& result);

// On one line. Bytes that are not UTF-8 become U+FFFD: JSON cannot hold them.
std::string to_text(const Json& json);
// Prints that on stdout with a newline.
void print(const Json& json);

}  // namespace gerbil::cli
