#include "server/parameters.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <random>
#include <utility>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

using Alias = std::pair<std::string_view, std::string_view>;

// What others call it, and the codec.
constexpr std::array<Alias, 4> aliases{{{"max_completion_tokens", "max_tokens"},
                                        {"repeat_penalty", "repetition_penalty"},
                                        {"stop_token_ids", "stop_tokens"},
                                        {"chat_template_kwargs", "template_variables"}}};

void copy_aliases(Parameters& parameters, Json& request) {
  for (const auto& [alias, name] : aliases) {
    const Json* value = parameters.find(alias);
    if (!value) continue;
    const std::string key(name);
    if (request.contains(key) && request[key] != *value)
      throw invalid(std::format("\"{}\" and \"{}\" contradict each other; give one of them.", alias, name),
                    std::string(alias));
    request[key] = *value;
  }
}

// Of an object, the members of these names.
Json only(const Json& object, std::initializer_list<const char*> names) {
  if (!object.is_object()) return object;
  Json result = Json::object();
  for (const char* name : names)
    if (object.contains(name)) result[name] = object[name];
  return result;
}

Json plain_content(const Json& content) {
  if (!content.is_array()) return content;
  Json parts = Json::array();
  for (const Json& part : content) {
    Json plain = only(part, {"type", "text"});
    if (plain.is_object() && plain.contains("type") &&
        (plain["type"] == "input_text" || plain["type"] == "output_text"))
      plain["type"] = "text";
    parts.push_back(std::move(plain));
  }
  return parts;
}

Json plain_calls(const Json& calls) {
  if (!calls.is_array()) return calls;
  Json list = Json::array();
  for (const Json& call : calls) {
    Json plain = only(call, {"id", "type", "function"});
    if (plain.is_object() && plain.contains("function"))
      plain["function"] = only(plain["function"], {"name", "arguments"});
    list.push_back(std::move(plain));
  }
  return list;
}

Json plain_message(const Json& message) {
  Json plain = only(message, {"role", "content", "reasoning_content", "tool_calls", "tool_call_id", "name"});
  if (!plain.is_object()) return plain;
  if (plain.contains("role") && plain["role"] == "developer") plain["role"] = "system";
  if (plain.contains("content")) plain["content"] = plain_content(plain["content"]);
  if (plain.contains("tool_calls")) plain["tool_calls"] = plain_calls(plain["tool_calls"]);
  return plain;
}

}  // namespace

Choices read_choices(Parameters& parameters) {
  Choices choices;
  choices.count = static_cast<std::int32_t>(parameters.number("n", 1, 1, 128));
  const std::int64_t best_of = parameters.number("best_of", choices.count, 1, 128);
  if (best_of != choices.count)
    throw invalid("\"best_of\" should be \"n\": gerbil gives every answer it makes.", "best_of");
  choices.ignore_end = parameters.flag("ignore_eos", false);
  choices.stream = parameters.flag("stream", false);
  if (const Json* options = parameters.find("stream_options")) {
    if (!choices.stream) refuse("stream_options", *options, "left out unless \"stream\" is true");
    if (!options->is_object()) refuse("stream_options", *options, "an object");
    choices.include_usage = Parameters(*options).flag("include_usage", false);
  }
  return choices;
}

GenerateRequest read_generation(Parameters& parameters, Json more) {
  parameters.copy({"temperature",
                   "top_p",
                   "top_k",
                   "min_p",
                   "repetition_penalty",
                   "presence_penalty",
                   "frequency_penalty",
                   "seed",
                   "logit_bias",
                   "stop",
                   "stop_tokens",
                   "max_tokens",
                   "enable_thinking",
                   "template_variables",
                   "priority",
                   "timeout",
                   "response_format",
                   "structured_outputs",
                   "json_schema",
                   "grammar"},
                  more);
  copy_aliases(parameters, more);
  return from_json<GenerateRequest>(text_of(more));
}

std::string answer_parameter(Parameters& parameters, const GenerateOptions& options) {
  if (std::holds_alternative<std::monostate>(options.grammar)) return "tools";
  // One of them says it; the others are there without saying anything.
  const auto says = [](const Json* value) { return value != nullptr && !value->is_null() && *value != false; };
  if (const Json* structured = parameters.find("structured_outputs");
      structured != nullptr && structured->is_object()) {
    if (std::ranges::any_of(*structured, [&](const Json& member) { return says(&member); }))
      return "structured_outputs";
  }
  for (const char* name : {"json_schema", "grammar", "response_format"})
    if (says(parameters.find(name))) return name;
  return {};
}

bool settle_seed(Parameters& parameters, GenerateOptions& options) {
  if (parameters.find("seed")) return true;
  std::random_device device;
  options.sampling.seed = std::uint64_t{device()} << 32 | device();
  return options.sampling.temperature == 0;
}

void set_effort(const std::string& effort, Json& request) {
  if (effort.empty()) return;
  if (effort == "none") {
    request["enable_thinking"] = false;
  } else {
    request["template_variables"]["reasoning_effort"] = effort;
  }
}

Json plain_messages(const Json& messages) {
  if (!messages.is_array()) return messages;
  Json list = Json::array();
  for (const Json& message : messages) list.push_back(plain_message(message));
  return list;
}

}  // namespace gerbil::server
