#include "calls/call_grammar.hpp"

#include <algorithm>
#include <array>
#include <format>

#include "calls/call_writer.hpp"
#include "gerbil/error.hpp"
#include "grammar/schema.hpp"

namespace gerbil::calls {
namespace {

using namespace grammar;

// Of an object that has no others than the arguments that are declared, unless the schema says something of them.
Json arguments_schema(Json schema) {
  if (!schema.is_object()) schema = Json::object();
  schema["type"] = "object";
  constexpr std::array speaking{
      "additionalProperties", "unevaluatedProperties", "patternProperties", "$ref", "allOf", "anyOf", "oneOf", "if",
      "dependentSchemas"};
  if (std::ranges::none_of(speaking, [&](const char* keyword) { return schema.contains(keyword); }))
    schema["additionalProperties"] = false;
  return schema;
}

// Formats that are not JSON write the arguments that a schema declares itself, one by one.
void check_declares(const ToolCallFormat& format, const std::string& name, const Json& schema) {
  if (format.shape == Shape::object || format.shape == Shape::json) return;
  for (const char* keyword : {"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "patternProperties"}) {
    if (!schema.contains(keyword)) continue;
    throw Error(ErrorCode::unsupported,
                std::format("The parameters of the tool '{}' have '{}' beside \"properties\", which calls that are not "
                            "written as JSON cannot be held to, as those of this model are not; list them all in "
                            "\"properties\", or set tool_choice to \"auto\".",
                            name, keyword));
  }
}

bool takes_several(const ToolCallFormat& format) { return !format.separator.empty() || !format.call.empty(); }

}  // namespace

Productions tool_call_grammar(const ToolCallFormat& format, const Tools& tools, const ToolChoice& choice, bool parallel,
                              const Limits& limits, const FindToken& find_token) {
  const bool named = choice.mode == ToolChoice::Mode::named;
  if (named && !tools.has(choice.name))
    throw Error(ErrorCode::invalid_argument,
                std::format("tool_choice is the tool '{}', but should be one of those that there are.", choice.name));
  Json schemas = Json::object();
  for (const auto& [name, schema] : tools.functions())
    if (!named || name == choice.name) schemas[name] = arguments_schema(schema);
  return parse_schemas(schemas, limits, [&](Grammar& grammar, const Json& root, const auto& value) {
    Order order = Order::any;
    const CallWriter::Value in_order = [&](const Json& schema) { return value(schema, order); };
    CallWriter writer(format, grammar, in_order, find_token);
    std::vector<Sequence> calls;
    for (const auto& [name, schema] : root.items()) {
      check_declares(format, name, schema);
      order = tools.strict(name) ? Order::declared : Order::any;
      calls.push_back(writer.call(name, schema));
    }
    const Sequence call{rule(grammar.either(calls))};
    const bool several = parallel && takes_several(format);
    Sequence all = writer.literal(format.open);
    all.append_range(grammar.repetition(call, 1, several ? unbounded : 1, writer.literal(format.separator)));
    all.append_range(writer.literal(format.close));
    return grammar.either({all});
  });
}

}  // namespace gerbil::calls
