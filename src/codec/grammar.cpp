// What an answer must be: OpenAI's `response_format`, vLLM's `structured_outputs`, llama.cpp's `grammar` and
// `json_schema`.
#include <array>
#include <format>

#include "codec/codec.hpp"

namespace gerbil::codec {
namespace {

JsonSchema read_schema(const std::string& path, const Json& value) {
  if (!value.is_object() && !value.is_boolean()) refuse(path, value, "a JSON schema, which is an object");
  return {text_of(value)};
}

Grammar read_response_format(const std::string& path, const Json& value) {
  Fields fields(value, path);
  std::string type;
  fields.read("type", type, JsonLimits::name_bytes);
  Grammar grammar;
  if (type == "json_object") {
    grammar = JsonSchema{};
  } else if (type == "json_schema") {
    Fields named(fields.require("json_schema", "an object with a \"schema\""), fields.path("json_schema"));
    std::string name;
    std::string description;
    bool strict = false;  // a schema is always kept; what this adds is the order
    named.read("name", name, JsonLimits::name_bytes);
    named.read("description", description);
    named.read("strict", strict);
    const Json* schema = named.find("schema");
    JsonSchema made = schema ? read_schema(named.path("schema"), *schema) : JsonSchema{};
    made.in_order = strict;
    grammar = std::move(made);
    named.refuse_others();
  } else if (type != "text") {
    refuse(fields.path("type"), Json(type), R"("text", "json_object" or "json_schema")");
  }
  fields.refuse_others();
  return grammar;
}

Regex read_regex(const std::string& path, const Json& value) {
  return {read_string(path, value, JsonLimits::text_bytes)};
}

Gbnf read_gbnf(const std::string& path, const Json& value) {
  return {read_string(path, value, JsonLimits::text_bytes)};
}

Choice read_choice(const std::string& path, const Json& value) {
  Choice choice;
  for (const Json& text : require_list(path, value, JsonLimits::choices, "strings"))
    choice.texts.push_back(read_string(path, text, JsonLimits::text_bytes));
  if (choice.texts.empty()) refuse(path, value, "a list of at least one string");
  return choice;
}

using Read = Grammar (*)(const std::string& path, const Json& value);
template <auto read>
Grammar as_grammar(const std::string& path, const Json& value) {
  return read(path, value);
}

struct Kind {
  std::string_view name;
  Read read;
};

Grammar read_any_object(const std::string& path, const Json& value) {
  if (!value.is_boolean()) refuse(path, value, "true or false");
  return value.get<bool>() ? Grammar(JsonSchema{}) : Grammar();
}

// The members of "structured_outputs".
constexpr std::array structured{Kind{"json", as_grammar<read_schema>}, Kind{"json_object", read_any_object},
                                Kind{"regex", as_grammar<read_regex>}, Kind{"choice", as_grammar<read_choice>},
                                Kind{"grammar", as_grammar<read_gbnf>}};

// Of the fields in `kinds` one at most may be there, or none where there is a grammar already.
void read_one(Fields& fields, std::span<const Kind> kinds, Grammar& grammar) {
  for (const auto& [name, read] : kinds) {
    const Json* value = fields.find(name);
    if (!value) continue;
    Grammar read_here = read(fields.path(name), *value);
    if (std::holds_alternative<std::monostate>(read_here)) continue;
    if (!std::holds_alternative<std::monostate>(grammar))
      refuse(fields.path(name), *value, "left out, as something else says what the answer must be");
    grammar = std::move(read_here);
  }
}

Grammar read_structured(const std::string& path, const Json& value) {
  Fields fields(value, path);
  Grammar grammar;
  read_one(fields, structured, grammar);
  fields.refuse_others();
  return grammar;
}

constexpr std::array options{Kind{"response_format", read_response_format}, Kind{"structured_outputs", read_structured},
                             Kind{"json_schema", as_grammar<read_schema>}, Kind{"grammar", as_grammar<read_gbnf>}};

}  // namespace

void read_grammar(Fields& fields, Grammar& grammar) { read_one(fields, options, grammar); }

void write_grammar(Json& json, const Grammar& grammar) {
  if (const auto* schema = std::get_if<JsonSchema>(&grammar)) {
    json["response_format"] = {{"type", "json_schema"},
                               {"json_schema", {{"name", "answer"}, {"schema", parse(schema->schema, "The schema")}}}};
    if (schema->in_order) json["response_format"]["json_schema"]["strict"] = true;
  } else if (const auto* regex = std::get_if<Regex>(&grammar)) {
    json["structured_outputs"]["regex"] = regex->pattern;
  } else if (const auto* gbnf = std::get_if<Gbnf>(&grammar)) {
    json["grammar"] = gbnf->rules;
  } else if (const auto* choice = std::get_if<Choice>(&grammar)) {
    json["structured_outputs"]["choice"] = choice->texts;
  }
}

}  // namespace gerbil::codec
