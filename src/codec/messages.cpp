#include <format>

#include "codec/codec.hpp"

namespace gerbil::codec {
namespace {

constexpr std::size_t name_bytes = JsonLimits::name_bytes;

std::vector<ContentPart> read_content(const Json& json, const std::string& where) {
  if (json.is_string()) return {TextPart{json.get<std::string>()}};
  if (!json.is_array()) refuse(where, json, "a string or a list of parts");
  std::vector<ContentPart> parts;
  for (const Json& part : require_list(where, json, JsonLimits::parts, "parts")) {
    Fields fields(part, std::format("{}[{}]", where, parts.size()));
    const Json& type = fields.require("type", "\"text\"");
    if (type != "text") refuse(fields.path("type"), type, "\"text\"");
    parts.emplace_back(
        TextPart{read_string(fields.path("text"), fields.require("text", "a string"), JsonLimits::text_bytes)});
    fields.refuse_others();
  }
  return parts;
}

// As OpenAI's API has it, JSON in a string, or as an object.
std::string read_arguments(const Json& json, const std::string& where) {
  constexpr std::string_view expected = "an object of arguments, or a string that holds one as JSON";
  if (json.is_object()) return text_of(json);
  if (!json.is_string()) refuse(where, json, expected);
  auto text = json.get<std::string>();
  if (!text.empty() && !parse(text, std::format("\"{}\"", where)).is_object()) refuse(where, json, expected);
  return text;
}

ToolCall read_call(const Json& json, const std::string& where) {
  Fields fields(json, where);
  ToolCall call;
  fields.read("id", call.id, name_bytes);
  if (const Json* type = fields.find("type"); type && *type != "function")
    refuse(fields.path("type"), *type, "\"function\"");
  Fields function(fields.require("function", "an object with name and arguments"), fields.path("function"));
  call.name = read_string(function.path("name"), function.require("name", "a string"), name_bytes);
  if (const Json* arguments = function.find("arguments"))
    call.arguments = read_arguments(*arguments, function.path("arguments"));
  function.refuse_others();
  fields.refuse_others();
  return call;
}

Json write(const std::vector<ContentPart>& content) {
  if (content.size() == 1) return std::get<TextPart>(content.front()).text;
  Json list = Json::array();
  for (const ContentPart& part : content) list.push_back({{"type", "text"}, {"text", std::get<TextPart>(part).text}});
  return list;
}

}  // namespace

Message read_message(const Json& json, const std::string& where) {
  Fields fields(json, where);
  Message message;
  message.role = read_string(fields.path("role"), fields.require("role", "a string"), name_bytes);
  if (const Json* content = fields.find("content")) message.content = read_content(*content, fields.path("content"));
  fields.read("reasoning_content", message.reasoning);
  if (const Json* calls = fields.find("tool_calls")) {
    const std::string path = fields.path("tool_calls");
    for (const Json& call : require_list(path, *calls, JsonLimits::tool_calls, "calls"))
      message.tool_calls.push_back(read_call(call, std::format("{}[{}]", path, message.tool_calls.size())));
  }
  fields.read("tool_call_id", message.tool_call_id, name_bytes);
  fields.read("name", message.name, name_bytes);
  fields.refuse_others();
  return message;
}

std::vector<Message> read_messages(const Json& json, const std::string& where) {
  std::vector<Message> messages;
  for (const Json& message : require_list(where, json, JsonLimits::messages, "messages"))
    messages.push_back(read_message(message, std::format("{}[{}]", where, messages.size())));
  return messages;
}

Json write(const ToolCall& call) {
  Json json{{"type", "function"}};
  if (!call.id.empty()) json["id"] = call.id;
  json["function"] = {{"name", call.name}};
  if (!call.arguments.empty()) json["function"]["arguments"] = call.arguments;
  return json;
}

Json write(const Message& message) {
  Json json{{"role", message.role}};
  if (!message.content.empty()) json["content"] = write(message.content);
  if (!message.reasoning.empty()) json["reasoning_content"] = message.reasoning;
  for (const ToolCall& call : message.tool_calls) json["tool_calls"].push_back(write(call));
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  if (!message.name.empty()) json["name"] = message.name;
  return json;
}

Json write(const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& message : messages) list.push_back(write(message));
  return list;
}

}  // namespace gerbil::codec
