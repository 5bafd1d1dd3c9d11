#include "gerbil/schema.hpp"

#include "base/boundary.hpp"
#include "base/json.hpp"

namespace gerbil::schema {

Value make(std::string json) {
  Value made;
  made.json_ = std::move(json);
  return made;
}

namespace {

Value from(const Json& json) {
  return guarded([&] { return make(json.dump(-1, ' ', false, Json::error_handler_t::replace)); });
}

// What is written here is JSON.
Json read(const Value& value) { return Json::parse(value.json()); }

}  // namespace

Value Value::optional() const {
  Value made = *this;
  made.optional_ = true;
  return made;
}

Value Value::or_null() const {
  Value made = from({{"anyOf", Json::array({read(*this), {{"type", "null"}}})}});
  made.optional_ = optional_;
  return made;
}

Value Value::described(const std::string& what_it_is) const {
  Json json = read(*this);
  json["description"] = what_it_is;
  Value made = from(json);
  made.optional_ = optional_;
  return made;
}

Value text() { return from({{"type", "string"}}); }

Value text(std::uint32_t least, std::uint32_t most) {
  return from({{"type", "string"}, {"minLength", least}, {"maxLength", most}});
}

Value matching(const std::string& pattern) { return from({{"type", "string"}, {"pattern", "^(?:" + pattern + ")$"}}); }

Value one_of(const std::vector<std::string>& texts) { return from({{"enum", texts}}); }

Value integer() { return from({{"type", "integer"}}); }

Value integer(std::int64_t least, std::int64_t most) {
  return from({{"type", "integer"}, {"minimum", least}, {"maximum", most}});
}

Value number() { return from({{"type", "number"}}); }

Value boolean() { return from({{"type", "boolean"}}); }

Value list(const Value& of, std::uint32_t least, std::optional<std::uint32_t> most) {
  Json json = {{"type", "array"}, {"items", read(of)}};
  if (least > 0) json["minItems"] = least;
  if (most) json["maxItems"] = *most;
  return from(json);
}

Value object(const std::vector<std::pair<std::string, Value>>& properties) {
  Json json = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
  for (const auto& [name, value] : properties) {
    json["properties"][name] = read(value);
    if (!value.optional_) json["required"].push_back(name);
  }
  json["additionalProperties"] = false;
  return from(json);
}

Value any_of(const std::vector<Value>& values) {
  Json all = Json::array();
  for (const Value& value : values) all.push_back(read(value));
  return from({{"anyOf", all}});
}

}  // namespace gerbil::schema
