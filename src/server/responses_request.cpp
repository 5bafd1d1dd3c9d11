#include "server/responses_request.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <limits>
#include <utility>

#include "server/errors.hpp"
#include "server/response_items.hpp"

namespace gerbil::server {
namespace {

// OpenAI's limits.
constexpr std::size_t most_metadata = 16;
constexpr std::size_t longest_metadata_name = 64;
constexpr std::size_t longest_metadata_text = 512;

// Of `object` into `target`, those that are there.
void copy(const Json& object, std::initializer_list<const char*> names, Json& target) {
  for (const char* name : names)
    if (object.contains(name) && !object[name].is_null()) target[name] = object[name];
}

void read_tools(const Json& tools, Json& request) {
  if (!tools.is_array()) refuse("tools", tools, "a list of tools");
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const std::string path = std::format("tools[{}]", i);
    if (const std::string type = text_member(tools[i], path, "type"); type != "function")
      throw ApiError(400, "invalid_request_error", "unsupported",
                     std::format("\"{}\" is the tool {}, which gerbil does not have; it should be a function of the "
                                 "caller's own.",
                                 path, text_of(type)),
                     path);
    Json function = Json::object();
    copy(tools[i], {"name", "description", "parameters", "strict"}, function);
    if (!function.contains("name") || !function["name"].is_string()) refuse(path, tools[i], "a function with a name");
    request["tools"].push_back({{"type", "function"}, {"function", std::move(function)}});
  }
}

void read_tool_choice(const Json& choice, Json& request) {
  request["tool_choice"] = choice;
  if (!choice.is_object()) return;
  if (text_member(choice, "tool_choice", "type") != "function" || !choice.contains("name"))
    refuse("tool_choice", choice, R"("auto", "none", "required" or {"type": "function", "name": …})");
  request["tool_choice"] = {{"type", "function"}, {"function", {{"name", choice["name"]}}}};
}

void read_format(const Json& text, Json& request) {
  if (!text.is_object()) refuse("text", text, "an object with a \"format\"");
  if (!text.contains("format") || text["format"].is_null()) return;
  const Json& format = text["format"];
  const std::string type = text_member(format, "text.format", "type");
  if (type == "json_schema") {
    Json schema = Json::object();
    copy(format, {"name", "description", "schema", "strict"}, schema);
    request["response_format"] = {{"type", type}, {"json_schema", std::move(schema)}};
  } else if (type == "text" || type == "json_object") {
    request["response_format"] = {{"type", type}};
  } else {
    refuse("text.format.type", type, R"("text", "json_object" or "json_schema")");
  }
}

// Log-probabilities are asked for by either.
void read_log_probabilities(Parameters& parameters, Json& request) {
  const std::int64_t alternatives = parameters.number("top_logprobs", 0, 0, 20);
  const Json* include = parameters.find("include");
  if (include && !include->is_array()) refuse("include", *include, "a list of strings");
  const bool included = include && std::ranges::contains(*include, Json("message.output_text.logprobs"));
  if (!included && alternatives == 0) return;
  request["logprobs"] = true;
  request["top_logprobs"] = alternatives;
}

void read_metadata(const Json& metadata) {
  bool fits = metadata.is_object() && metadata.size() <= most_metadata;
  for (auto field = metadata.begin(); fits && field != metadata.end(); ++field) {
    fits = field.key().size() <= longest_metadata_name && field->is_string() &&
           field->get_ref<const std::string&>().size() <= longest_metadata_text;
  }
  if (!fits)
    refuse("metadata", metadata,
           std::format("an object of at most {} texts of up to {} bytes, with names of up to {}", most_metadata,
                       longest_metadata_text, longest_metadata_name));
}

// What would make something else of the request than an answer here and now.
void refuse_others(Parameters& parameters) {
  for (const char* name : {"background", "conversation", "prompt"}) {
    const Json* value = parameters.find(name);
    if (!value || *value == false) continue;
    throw ApiError(400, "invalid_request_error", "unsupported",
                   std::format("\"{}\" is not supported; it should be left out.", name), name);
  }
  // Nothing is left out in silence, so "auto" is as good.
  if (const std::string cut = parameters.text("truncation"); !cut.empty() && cut != "auto" && cut != "disabled")
    refuse("truncation", cut, "\"disabled\"");
}

// With what stands where the request says nothing.
Json echo_of(Parameters& parameters) {
  Json echo{{"instructions", nullptr},
            {"max_output_tokens", nullptr},
            {"metadata", Json::object()},
            {"parallel_tool_calls", true},
            {"previous_response_id", nullptr},
            {"reasoning", {{"effort", nullptr}, {"summary", nullptr}}},
            {"store", true},
            {"temperature", 0},
            {"text", {{"format", {{"type", "text"}}}}},
            {"tool_choice", "auto"},
            {"tools", Json::array()},
            {"top_logprobs", 0},
            {"top_p", 1}};
  for (auto field = echo.begin(); field != echo.end(); ++field) {
    const Json* given = parameters.find(field.key());
    if (!given) continue;
    if (field->is_object() && given->is_object()) {
      field->update(*given);
    } else {
      *field = *given;
    }
  }
  echo.update({{"truncation", "disabled"}, {"background", false}});
  return echo;
}

}  // namespace

ResponsesRequest read_responses_request(std::string_view body) {
  const Json json = parse_body(body);
  Parameters parameters(json);
  ResponsesRequest request;
  const Json* input = parameters.find("input");
  if (!input) throw invalid("\"input\" is missing; it should be a string or a list of items.", "input");
  Json own{{"messages", messages_of_items(*input)}};
  refuse_others(parameters);
  parameters.copy({"model", "parallel_tool_calls"}, own);
  if (const Json* most = parameters.find("max_output_tokens"))
    own["max_tokens"] = whole_number("max_output_tokens", *most, 1, std::numeric_limits<std::int32_t>::max());
  if (const Json* tools = parameters.find("tools")) read_tools(*tools, own);
  if (const Json* choice = parameters.find("tool_choice")) read_tool_choice(*choice, own);
  if (const Json* text = parameters.find("text")) read_format(*text, own);
  if (const Json* metadata = parameters.find("metadata")) read_metadata(*metadata);
  if (const Json* reasoning = parameters.find("reasoning")) {
    if (!reasoning->is_object()) refuse("reasoning", *reasoning, "an object with an \"effort\"");
    Parameters of_reasoning(*reasoning);
    set_effort(of_reasoning.text("effort"), own);
  }
  read_log_probabilities(parameters, own);
  request.instructions = parameters.text("instructions");
  request.previous = parameters.text("previous_response_id");
  request.store = parameters.flag("store", true);
  request.stream = parameters.flag("stream", false);
  request.generate = read_generation(parameters, std::move(own));
  request.answer_param = answer_parameter(parameters, request.generate.options);
  if (request.answer_param.empty()) request.answer_param = "text.format";
  request.repeatable = settle_seed(parameters, request.generate.options);
  request.items = std::make_shared<const std::string>(text_of(listed_items(*input)));
  request.messages = std::make_shared<const std::string>(gerbil::to_json(request.generate.messages));
  request.echo = echo_of(parameters);
  for (const char* name : {"stream_options", "user", "safety_identifier", "service_tier", "prompt_cache_key"})
    parameters.find(name);  // there is nothing to be done about them
  request.unknown = parameters.unknown();
  return request;
}

}  // namespace gerbil::server
