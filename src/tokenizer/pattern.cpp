#include "tokenizer/pattern.hpp"

#include "tokenizer/errors.hpp"

namespace gerbil::tokenizer {

Pattern read_pattern(const Json& json, const std::string& type) {
  const auto pattern = json.find("pattern");
  if (pattern != json.end() && pattern->is_object()) {
    if (pattern->contains("Regex")) return {json_required<std::string>(*pattern, "Regex"), true};
    if (pattern->contains("String")) return {json_required<std::string>(*pattern, "String"), false};
  }
  corrupt("The pattern of a " + type + " should be {\"String\": …} or {\"Regex\": …}.");
}

const Json& members_of(const Json& json, std::string_view key) {
  const auto members = json.find(key);
  if (members == json.end() || !members->is_array())
    corrupt("A Sequence needs the array \"" + std::string(key) + "\".");
  return *members;
}

const Json& component_of(const Json& root, std::string_view key) {
  static const Json none;
  const auto component = root.find(key);
  return component == root.end() ? none : *component;
}

}  // namespace gerbil::tokenizer
