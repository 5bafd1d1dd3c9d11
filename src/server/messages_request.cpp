#include "server/messages_request.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

// A text, or blocks of texts.
std::string plain_text(const Json& content, const std::string& path) {
  if (content.is_null()) return {};
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) refuse(path, content, "a string or a list of blocks");
  std::string text;
  for (const Json& block : content) {
    if (!block.is_object() || block.value("type", Json()) != "text") refuse(path, block, "a block of type \"text\"");
    text += text_member(block, path, "text");
  }
  return text;
}

// Some clients put a line there that differs from request to request: with it no prompt would begin as another.
std::string without_billing(const std::string& text) {
  constexpr std::string_view mark = "x-anthropic-billing-header";
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (!line.starts_with(mark)) result += line;
    begin = end;
  }
  return result;
}

// Blocks are of different makers, each of whom begins a line.
std::string system_text(const Json& system) {
  if (!system.is_array()) return without_billing(plain_text(system, "system"));
  std::string text;
  for (const Json& block : system) {
    const std::string part = without_billing(plain_text(Json::array({block}), "system"));
    if (!text.empty() && !part.empty()) text += '\n';
    text += part;
  }
  return text;
}

// A message of blocks as the codec's messages: results of tools are messages of their own.
void add_blocks(const Json& content, const std::string& role, const std::string& path, Json& messages) {
  Json message{{"role", role}};
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const Json& block = content[i];
    const std::string place = std::format("{}[{}]", path, i);
    const std::string type = block.is_object() ? text_member(block, place, "type") : std::string();
    if (type == "text") {
      text += text_member(block, place, "text");
    } else if (type == "thinking") {
      message["reasoning_content"] = text_member(block, place, "thinking");
    } else if (type == "tool_use") {
      const Json arguments = block.contains("input") ? block["input"] : Json::object();
      message["tool_calls"].push_back(
          {{"id", text_member(block, place, "id")},
           {"type", "function"},
           {"function", {{"name", text_member(block, place, "name")}, {"arguments", arguments}}}});
    } else if (type == "tool_result") {
      messages.push_back({{"role", "tool"},
                          {"tool_call_id", text_member(block, place, "tool_use_id")},
                          {"content", plain_text(block.value("content", Json()), place + ".content")}});
    } else {
      refuse(place, block, "a block of text, thinking, tool_use or tool_result");
    }
  }
  if (!text.empty()) message["content"] = text;
  if (message.size() > 1) messages.push_back(std::move(message));
}

Json plain_conversation(Parameters& parameters) {
  Json messages = Json::array();
  if (const Json* system = parameters.find("system"))
    if (const std::string text = system_text(*system); !text.empty())
      messages.push_back({{"role", "system"}, {"content", text}});
  const Json* list = parameters.find("messages");
  if (!list || !list->is_array()) throw invalid("\"messages\" should be a list of messages.", "messages");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = std::format("messages[{}]", i);
    const Json& message = (*list)[i];
    if (!message.is_object() || !message.contains("content")) refuse(path, message, "a message with content");
    const std::string role = text_member(message, path, "role");
    if (role != "user" && role != "assistant") refuse(path + ".role", role, "\"user\" or \"assistant\"");
    if (message["content"].is_array()) {
      add_blocks(message["content"], role, path + ".content", messages);
    } else {
      messages.push_back({{"role", role}, {"content", message["content"]}});
    }
  }
  return messages;
}

void read_tool_choice(const Json& choice, Json& request) {
  const std::string type = choice.is_object() ? text_member(choice, "tool_choice", "type") : std::string();
  if (type == "any") {
    request["tool_choice"] = "required";
  } else if (type == "tool") {
    request["tool_choice"] = {{"type", "function"},
                              {"function", {{"name", text_member(choice, "tool_choice", "name")}}}};
  } else if (type == "auto" || type == "none") {
    request["tool_choice"] = type;
  } else {
    refuse("tool_choice", choice, "an object of type \"auto\", \"any\", \"tool\" or \"none\"");
  }
  if (!choice.contains("disable_parallel_tool_use")) return;
  const Json& single = choice["disable_parallel_tool_use"];
  if (!single.is_boolean()) refuse("tool_choice.disable_parallel_tool_use", single, "true or false");
  request["parallel_tool_calls"] = !single.get<bool>();
}

void read_tools(Parameters& parameters, Json& request) {
  if (const Json* choice = parameters.find("tool_choice")) read_tool_choice(*choice, request);
  const Json* tools = parameters.find("tools");
  if (!tools) return;
  if (!tools->is_array()) refuse("tools", *tools, "a list of tools");
  for (const Json& tool : *tools) {
    Json function{{"name", text_member(tool.is_object() ? tool : Json::object(), "tools", "name")}};
    if (tool.contains("description")) function["description"] = tool["description"];
    if (tool.contains("input_schema")) function["parameters"] = tool["input_schema"];
    request["tools"].push_back({{"type", "function"}, {"function", std::move(function)}});
  }
}

void read_output_config(Parameters& parameters, Json& request) {
  const Json* config = parameters.find("output_config");
  if (!config) return;
  if (!config->is_object()) refuse("output_config", *config, "an object");
  const Json format = config->value("format", Json());
  if (format.is_null()) return;
  if (!format.is_object() || format.value("type", Json()) != "json_schema" || !format.contains("schema"))
    refuse("output_config.format", format, "an object of type \"json_schema\" with a schema");
  request["response_format"] = {{"type", "json_schema"},
                                {"json_schema", {{"name", "answer"}, {"schema", format["schema"]}}}};
}

}  // namespace

MessagesRequest read_messages_request(std::string_view body, bool counts_only) {
  const Json json = parse_body(body);
  Parameters parameters(json);
  MessagesRequest request;
  Json own{{"messages", plain_conversation(parameters)}};
  if (!counts_only && !parameters.find("max_tokens"))
    throw invalid("\"max_tokens\" is missing; it should be a number.", "max_tokens");
  parameters.copy({"model"}, own);
  if (const Json* stops = parameters.find("stop_sequences")) own["stop"] = *stops;
  if (const Json* thinking = parameters.find("thinking"); thinking && thinking->is_object())
    own["enable_thinking"] = thinking->value("type", Json()) != "disabled";
  read_tools(parameters, own);
  read_output_config(parameters, own);
  request.stream = parameters.flag("stream", false);
  request.generate = read_generation(parameters, std::move(own));
  request.repeatable = settle_seed(parameters, request.generate.options);
  request.unknown = parameters.unknown();
  return request;
}

}  // namespace gerbil::server
