// Two shapes that several components of tokenizer.json share.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"

namespace gerbil::tokenizer {

// {"String": "text"} or {"Regex": "expression"}.
struct Pattern {
  std::string text;
  bool is_regex;
};

// The member "pattern" of the component `json`, whose type is `type`. Throws Error{corrupt}.
Pattern read_pattern(const Json& json, const std::string& type);

// The array `key` of the component `json`. Throws Error{corrupt}.
const Json& members_of(const Json& json, std::string_view key);

// The member `key` of the root, null when it is missing.
const Json& component_of(const Json& root, std::string_view key);

}  // namespace gerbil::tokenizer
