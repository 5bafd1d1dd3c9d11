#include "calls/tools.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "calls/literal_reader.hpp"
#include "calls/match.hpp"

namespace gerbil::calls {
namespace {

constexpr int deepest = 8;  // schemas in schemas; what lies deeper may be anything

constexpr std::array<std::pair<std::string_view, unsigned>, 7> names{{{"null", null_value},
                                                                      {"boolean", boolean_value},
                                                                      {"integer", number_value},
                                                                      {"number", number_value},
                                                                      {"string", text_value},
                                                                      {"array", list_value},
                                                                      {"object", object_value}}};

// Some publishers write types in capitals.
unsigned named(const Json& type) {
  if (!type.is_string()) return any_value;
  auto name = type.get<std::string>();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::ranges::find(names, name, &std::pair<std::string_view, unsigned>::first);
  return found == names.end() ? any_value : found->second;
}

unsigned types_of(const Json& schema, int depth) {
  if (!schema.is_object() || depth == deepest) return any_value;
  unsigned types = any_value;
  const auto members = [&](const char* keyword, auto&& type) {
    const auto list = schema.find(keyword);
    if (list == schema.end() || !list->is_array() || list->empty()) return;
    unsigned any = 0;
    for (const Json& member : *list) any |= type(member);
    types &= any;
  };
  if (const auto type = schema.find("type"); type != schema.end() && type->is_string()) types &= named(*type);
  if (const auto constant = schema.find("const"); constant != schema.end()) types &= type_of(*constant);
  members("type", named);
  members("enum", type_of);
  const auto inner = [&](const Json& member) { return types_of(member, depth + 1); };
  members("anyOf", inner);
  members("oneOf", inner);
  if (const auto all = schema.find("allOf"); all != schema.end() && all->is_array()) {
    for (const Json& member : *all) types &= inner(member);
  }
  if (const auto nullable = schema.find("nullable"); nullable != schema.end() && *nullable == true) types |= null_value;
  return types;
}

}  // namespace

unsigned type_of(const Json& value) {
  if (value.is_null()) return null_value;
  if (value.is_boolean()) return boolean_value;
  if (value.is_number()) return number_value;
  if (value.is_string()) return text_value;
  return value.is_array() ? list_value : object_value;
}

unsigned types_of(const Json& schema) { return types_of(schema, 0); }

Tools::Tools(const Json& list) {
  if (!list.is_array()) return;
  for (const Json& tool : list) {
    if (!tool.is_object()) continue;
    const auto inner = tool.find("function");
    const Json& function = inner != tool.end() && inner->is_object() ? *inner : tool;
    const auto name = function.find("name");
    if (name == function.end() || !name->is_string()) continue;
    const auto strict = function.find("strict");
    strict_.erase(name->get<std::string>());  // that of one of the same name before
    if (strict != function.end() && *strict == true) strict_.insert(name->get<std::string>());
    functions_.insert_or_assign(name->get<std::string>(), function.value("parameters", Json::object()));
  }
}

unsigned Tools::types(std::string_view name, std::string_view parameter) const {
  const auto function = functions_.find(name);
  if (function == functions_.end() || !function->second.is_object()) return any_value;
  const auto properties = function->second.find("properties");
  if (properties == function->second.end() || !properties->is_object()) return any_value;
  const auto property = properties->find(parameter);
  return property == properties->end() ? unsigned{any_value} : types_of(*property);
}

std::string argument_to_json(std::string_view text, unsigned types) {
  std::string json;
  if (types != text_value) {
    json = literal_to_json(trimmed(text));
    if (!json.empty()) {
      const unsigned type = type_of(Json::parse(json));
      if (type != text_value && (type & types) != 0) return json;
      json.clear();
    }
  }
  append_json_text(text, json);
  return json;
}

}  // namespace gerbil::calls
