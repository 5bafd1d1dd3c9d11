#include "engine/conversation.hpp"

#include <format>
#include <string>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

Json content_of(const std::vector<ContentPart>& parts) {
  if (parts.size() == 1) return std::get<TextPart>(parts.front()).text;
  Json list = Json::array();
  for (const ContentPart& part : parts) list.push_back({{"type", "text"}, {"text", std::get<TextPart>(part).text}});
  return list;
}

Json arguments_of(const ToolCall& call) {
  if (call.arguments.empty()) return Json::object();
  Json arguments =
      parse_exact_json(call.arguments, std::format("The list of arguments of the call of '{}'", call.name));
  if (arguments.is_object()) return arguments;
  throw Error(ErrorCode::invalid_argument,
              std::format("The arguments of the call of '{}' are {}, but should be a JSON object.", call.name,
                          json_shown(arguments)));
}

Json to_json(const ToolCall& call) {
  Json json{{"type", "function"}};
  if (!call.id.empty()) json["id"] = call.id;
  json["function"] = {{"name", call.name}, {"arguments", arguments_of(call)}};
  return json;
}

Json to_json(const Message& message) {
  Json json{{"role", message.role}};
  if (!message.content.empty()) json["content"] = content_of(message.content);
  if (!message.reasoning.empty()) json["reasoning_content"] = message.reasoning;
  for (const ToolCall& call : message.tool_calls) json["tool_calls"].push_back(to_json(call));
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  if (!message.name.empty()) json["name"] = message.name;
  return json;
}

}  // namespace

Json template_messages(const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& message : messages) list.push_back(to_json(message));
  return list;
}

}  // namespace gerbil
