#include "server/chat_request.hpp"

#include <format>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

// Formats other than text need GenerateOptions::grammar; this is the place that will set it.
void read_response_format(Parameters& parameters) {
  const Json* format = parameters.find("response_format");
  if (!format) return;
  if (!format->is_object() || !format->contains("type")) refuse("response_format", *format, "an object with a type");
  const Json& type = (*format)["type"];
  if (type == "text") return;
  if (type == "json_object" || type == "json_schema")
    throw ApiError(400, "invalid_request_error", "unsupported",
                   std::format("\"response_format.type\" is {}, which this version cannot guarantee yet; "
                               "leave it out or set it to \"text\".",
                               text_of(type)),
                   "response_format.type");
  refuse("response_format.type", type, "\"text\"");
}

// Calls in answers are read by the library; this is what the prompt says of tools.
void read_tools(Parameters& parameters, Json& request) {
  parameters.flag("parallel_tool_calls", true);
  const Json* choice = parameters.find("tool_choice");
  const Json* tools = parameters.find("tools");
  if (choice && *choice != "none" && *choice != "auto") {
    if (*choice != "required" && !choice->is_object())
      refuse("tool_choice", *choice, "\"none\", \"auto\", \"required\" or a tool");
    throw ApiError(400, "invalid_request_error", "unsupported",
                   "\"tool_choice\" asks for a certain call, which this version cannot guarantee yet; leave it out or "
                   "set it to \"auto\" or \"none\".",
                   "tool_choice");
  }
  if (choice && *choice == "auto" && !tools) refuse("tool_choice", *choice, "left out where there are no \"tools\"");
  if (tools && !(choice && *choice == "none")) request["tools"] = *tools;
}

void read_reasoning(Parameters& parameters, Json& request) {
  const std::string effort = parameters.text("reasoning_effort");
  if (effort.empty()) return;
  if (effort == "none") {
    request["enable_thinking"] = false;
  } else {
    request["template_variables"]["reasoning_effort"] = effort;
  }
}

void read_log_probabilities(Parameters& parameters, Json& request) {
  const bool wanted = parameters.flag("logprobs", false);
  const std::int64_t alternatives = parameters.number("top_logprobs", 0, 0, 20);
  if (!wanted && alternatives > 0)
    throw invalid(
        std::format("\"top_logprobs\" is {}, but should be left out unless \"logprobs\" is true.", alternatives),
        "top_logprobs");
  if (!wanted) return;
  request["logprobs"] = true;
  request["top_logprobs"] = alternatives;
}

}  // namespace

ChatRequest read_chat_request(std::string_view body) {
  const Json json = parse_body(body);
  Parameters parameters(json);
  ChatRequest request;
  Json own = Json::object();
  const Json* messages = parameters.find("messages");
  if (!messages) throw invalid("\"messages\" is missing; it should be a list of messages.", "messages");
  own["messages"] = plain_messages(*messages);
  parameters.copy({"model"}, own);
  request.choices = read_choices(parameters);
  read_response_format(parameters);
  read_tools(parameters, own);
  read_log_probabilities(parameters, own);
  read_reasoning(parameters, own);
  request.generate = read_generation(parameters, std::move(own));
  settle_seed(parameters, request.generate.options);
  request.unknown = parameters.unknown();
  return request;
}

}  // namespace gerbil::server
