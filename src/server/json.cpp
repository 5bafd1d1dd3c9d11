#include "server/json.hpp"

#include <algorithm>
#include <format>
#include <limits>
#include <utility>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

std::string shown(const Json& value) {
  std::string text = text_of(value);
  if (text.size() <= 80) return text;
  std::size_t end = 77;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

Json parse_body(std::string_view body) {
  Json json;
  try {
    json = parse_strict_json(body, "The body");
  } catch (const Error& error) {
    throw invalid(error.what());
  }
  if (!json.is_object()) throw invalid(std::format("The body is {}, but should be a JSON object.", shown(json)));
  return json;
}

std::string text_with(const Json& object, std::string_view name, std::string_view json) {
  std::string text = text_of(object);
  text.pop_back();
  return std::format("{}{}{}:{}}}", text, object.empty() ? "" : ",", text_of(name), json);
}

void refuse(const std::string& name, const Json& value, std::string_view expected) {
  throw invalid(std::format("\"{}\" is {}, but should be {}.", name, shown(value), expected), name);
}

std::string text_member(const Json& object, const std::string& name, const char* member) {
  if (!object.is_object() || !object.contains(member) || !object[member].is_string())
    refuse(name, object, std::format("an object with a text \"{}\"", member));
  return object[member].get<std::string>();
}

std::int64_t whole_number(const std::string& name, const Json& value, std::int64_t low, std::int64_t high) {
  const bool fits = value.is_number_unsigned() ? std::cmp_less_equal(value.get<std::uint64_t>(), high) &&
                                                     std::cmp_greater_equal(value.get<std::uint64_t>(), low)
                                               : value.is_number_integer() && value.get<std::int64_t>() >= low &&
                                                     value.get<std::int64_t>() <= high;
  if (!fits) refuse(name, value, std::format("a whole number from {} to {}", low, high));
  return value.get<std::int64_t>();
}

std::vector<std::int32_t> token_ids(const std::string& name, const Json& value, std::size_t most) {
  if (!value.is_array()) refuse(name, value, "a list of token ids");
  if (value.size() > most)
    throw invalid(std::format("\"{}\" has {} token ids, but may have {}.", name, value.size(), most), name);
  std::vector<std::int32_t> ids;
  ids.reserve(value.size());
  for (const Json& id : value)
    ids.push_back(static_cast<std::int32_t>(
        whole_number(std::format("{}[{}]", name, ids.size()), id, 0, std::numeric_limits<std::int32_t>::max())));
  return ids;
}

const Json* Parameters::find(std::string_view name) {
  known_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool Parameters::flag(std::string_view name, bool otherwise) {
  const Json* value = find(name);
  if (!value) return otherwise;
  if (!value->is_boolean()) refuse(std::string(name), *value, "true or false");
  return value->get<bool>();
}

std::int64_t Parameters::number(std::string_view name, std::int64_t otherwise, std::int64_t low, std::int64_t high) {
  const Json* value = find(name);
  return value ? whole_number(std::string(name), *value, low, high) : otherwise;
}

std::string Parameters::text(std::string_view name) {
  const Json* value = find(name);
  if (!value) return {};
  if (!value->is_string()) refuse(std::string(name), *value, "a string");
  return value->get<std::string>();
}

void Parameters::copy(std::initializer_list<std::string_view> names, Json& target) {
  for (const std::string_view name : names)
    if (const Json* value = find(name)) target[std::string(name)] = *value;
}

std::vector<std::string> Parameters::unknown() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : object_.items())
    if (!value.is_null() && !std::ranges::contains(known_, name)) names.push_back(name);
  return names;
}

}  // namespace gerbil::server
