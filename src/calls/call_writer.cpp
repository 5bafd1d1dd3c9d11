#include "calls/call_writer.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

#include "calls/match.hpp"
#include "calls/tools.hpp"
#include "grammar/code_points.hpp"
#include "grammar/regex.hpp"

namespace gerbil::calls {

using namespace grammar;

namespace {

Sequence operator+(Sequence first, const Sequence& second) {
  first.append_range(second);
  return first;
}

bool is_required(const Json& schema, const std::string& key) {
  const auto required = schema.find("required");
  return required != schema.end() && required->is_array() && std::ranges::contains(*required, Json(key));
}

// As the value of an argument that is no JSON is written.
std::string bare(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

std::vector<Json> listed_values(const Json& schema) {
  if (!schema.is_object()) return {};
  if (schema.contains("const")) return {schema["const"]};
  const auto list = schema.find("enum");
  return list != schema.end() && list->is_array() ? list->get<std::vector<Json>>() : std::vector<Json>();
}

Sequence CallWriter::literal(std::string_view text) {
  const auto [known, fresh] = literals_.try_emplace(std::string(text));
  if (!fresh) return known->second;
  Sequence made;
  make_.spend(text.size() * text.size());
  while (!text.empty()) {
    if (const std::size_t spaces = std::min(text.find_first_not_of(white_space), text.size()); spaces > 0) {
      made.push_back(lexeme(make_.either({empty, make_.literal(text.substr(0, spaces))})));
      text.remove_prefix(spaces);
      continue;
    }
    std::size_t size = find_token_ ? text.size() : 0;
    std::optional<std::uint32_t> token;
    while (size > 0 && !(token = find_token_(text.substr(0, size)))) --size;
    made.push_back(token ? special_token(*token) : lexeme(make_.literal(text.substr(0, 1))));
    text.remove_prefix(token ? size : 1);
  }
  return literals_[known->first] = made;
}

Sequence CallWriter::call(const std::string& name, const Json& schema) {
  const Sequence spelled{lexeme(make_.literal(name))};
  Sequence made = literal(format_.call);
  switch (format_.shape) {
    case Shape::object:
      made = made + literal("{");
      if (!format_.number_key.empty()) made = made + member(format_.number_key, number_of_call());
      made = made + member(format_.name_key, make_.literal(Json(name).dump())) +
             literal("\"" + std::string(format_.arguments_key) + "\": ") + Sequence{value_(schema)};
      if (!format_.id_key.empty()) {
        const Sequence id = literal(", \"" + std::string(format_.id_key) + "\": \"") + made_id() + literal("\"");
        made.push_back(rule(grammar_.either({{}, id})));
      }
      made = made + literal("}");
      break;
    case Shape::json: {
      made = made + spelled;
      if (!format_.id.empty()) {
        const Sequence id = literal(format_.id) + made_id();
        made.push_back(rule(grammar_.either({{}, id})));
      }
      made = made + literal(format_.arguments) + Sequence{value_(schema)};
      break;
    }
    default:
      made = made + spelled + literal(format_.arguments) + arguments(schema);
  }
  return made + literal(format_.end);
}

// Of an object, and the comma behind it.
Sequence CallWriter::member(std::string_view key, Expression value) {
  return literal("\"" + std::string(key) + "\": ") + Sequence{lexeme(value)} + literal(", ");
}

Sequence CallWriter::made_id() {
  return {lexeme(parse_regex(make_, "[0-9A-Za-z]{9}", Spelling::raw, Anchoring::whole))};
}

Expression CallWriter::number_of_call() {
  return parse_regex(make_, "\"[0-9]{1,3}\"", Spelling::raw, Anchoring::whole);
}

Sequence CallWriter::arguments(const Json& schema) {
  if (format_.shape == Shape::braces) return listed(schema, "{", "}");
  if (format_.shape == Shape::pythonic) return listed(schema, "(", ")");
  Sequence made;
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return made;
  for (const auto& [key, value] : properties->items()) {
    const Sequence each = argument(key, value);
    made = made + (is_required(schema, key) ? each : Sequence{rule(grammar_.either({{}, each}))});
  }
  return made;
}

// With commas between those that are there.
Sequence CallWriter::listed(const Json& schema, std::string_view open, std::string_view close) {
  const Sequence comma = literal(format_.shape == Shape::braces ? "," : ", ");
  // Backwards: what may follow the first so many, before and after there was one.
  Sequence first;
  Sequence further;
  std::vector<std::string> keys;
  const auto properties = schema.find("properties");
  if (properties != schema.end() && properties->is_object())
    for (const auto& [key, value] : properties->items()) keys.push_back(key);
  for (const std::string& key : std::views::reverse(keys)) {
    const Sequence each = argument(key, (*properties)[key]);
    const bool required = is_required(schema, key);
    Sequence with_first = each + further;
    Sequence with_further = comma + each + further;
    first = required ? with_first : Sequence{rule(grammar_.either({with_first, first}))};
    further = required ? with_further : Sequence{rule(grammar_.either({with_further, further}))};
  }
  return literal(open) + first + literal(close);
}

Sequence CallWriter::argument(const std::string& key, const Json& schema) {
  const Sequence spelled{lexeme(make_.literal(key))};
  if (format_.shape != Shape::parameters)
    return spelled + literal(format_.shape == Shape::braces ? ":" : "=") + Sequence{loose(schema)};
  const bool text = (types_of(schema) & text_value) != 0;
  return literal(format_.key) + spelled + literal(format_.value) +
         Sequence{text ? lexeme(tagged_text(schema)) : value_(schema)} + literal(format_.next);
}

Expression CallWriter::tagged_text(const Json& schema) {
  std::vector<std::string> texts;
  for (const Json& value : listed_values(schema)) texts.push_back(bare(value));
  if (!texts.empty()) return make_.literals(std::move(texts));
  const Expression tag = make_.sequence({anything, make_.literal(trimmed(format_.next)), anything});
  return make_.both({any_text(make_, Spelling::raw), make_.complement(tag)});
}

}  // namespace gerbil::calls
