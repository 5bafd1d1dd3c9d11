#include "server/chat_request.hpp"

#include <format>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

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
  parameters.copy({"tools", "tool_choice", "parallel_tool_calls"}, own);
  read_log_probabilities(parameters, own);
  set_effort(parameters.text("reasoning_effort"), own);
  request.generate = read_generation(parameters, std::move(own));
  request.repeatable = settle_seed(parameters, request.generate.options);
  request.answer_param = answer_parameter(parameters, request.generate.options);
  request.unknown = parameters.unknown();
  return request;
}

}  // namespace gerbil::server
