// The options of requests. What is as it always is, is not written.
#include <array>
#include <format>
#include <utility>

#include "codec/codec.hpp"

namespace gerbil::codec {
namespace {

constexpr std::size_t name_bytes = JsonLimits::name_bytes;

// The keys are token ids.
void read_bias(Fields& fields, SamplingOptions& sampling) {
  const Json* json = fields.find("logit_bias");
  if (!json) return;
  const std::string path = fields.path("logit_bias");
  if (!json->is_object() || json->size() > JsonLimits::logit_bias)
    refuse(path, *json, std::format("an object of at most {} token ids with a number each", JsonLimits::logit_bias));
  for (const auto& [key, value] : json->items()) {
    std::int32_t id = 0;
    const char* end = key.data() + key.size();
    const auto [stopped, error] = std::from_chars(key.data(), end, id);
    if (error != std::errc{} || stopped != end || id < 0) refuse(path, Json(key), "an object whose keys are token ids");
    const float bias = read_float(std::format("{}.{}", path, key), value);
    if (!sampling.logit_bias.emplace(id, bias).second) refuse(path, Json(key), "an object that names a token once");
  }
}

void read_sampling(Fields& fields, SamplingOptions& sampling) {
  fields.read("temperature", sampling.temperature);
  fields.read("top_p", sampling.top_p);
  fields.read("top_k", sampling.top_k, 0);
  fields.read("min_p", sampling.min_p);
  fields.read("repetition_penalty", sampling.repetition_penalty);
  fields.read("presence_penalty", sampling.presence_penalty);
  fields.read("frequency_penalty", sampling.frequency_penalty);
  fields.read("seed", sampling.seed);
  read_bias(fields, sampling);
}

// A text or a list of them.
void read_stops(Fields& fields, GenerateOptions& options) {
  if (const Json* stop = fields.find("stop")) {
    const Json list = stop->is_string() ? Json::array({*stop}) : *stop;
    if (!list.is_array()) refuse(fields.path("stop"), list, "a string or a list of strings");
    for (const Json& text : require_list(fields.path("stop"), list, JsonLimits::stops, "strings"))
      options.stop.push_back(read_string(fields.path("stop"), text, name_bytes));
  }
  if (const Json* tokens = fields.find("stop_tokens")) {
    const std::string path = fields.path("stop_tokens");
    for (const Json& token : require_list(path, *tokens, JsonLimits::stops, "token ids"))
      options.stop_tokens.push_back(
          read_integer<std::int32_t>(path, token, 0, std::numeric_limits<std::int32_t>::max()));
  }
}

void read_log_probabilities(Fields& fields, GenerateOptions& options) {
  bool wanted = false;
  fields.read("logprobs", wanted);
  std::int32_t alternatives = wanted ? 0 : -1;
  fields.read("top_logprobs", alternatives, 0);
  if (!wanted && alternatives >= 0)
    refuse(fields.path("top_logprobs"), Json(alternatives), "left out unless \"logprobs\" is true");
  options.log_probabilities = alternatives;
}

constexpr std::array<std::pair<std::string_view, ToolChoice::Mode>, 3> choices{
    {{"auto", ToolChoice::Mode::automatic},
     {"none", ToolChoice::Mode::none},
     {"required", ToolChoice::Mode::required}}};

// A word, or {"type": "function", "function": {"name"}}.
void read_tool_choice(Fields& fields, ToolChoice& choice) {
  const Json* json = fields.find("tool_choice");
  if (!json) return;
  const std::string path = fields.path("tool_choice");
  if (json->is_object()) {
    Fields named(*json, path);
    if (const Json& type = named.require("type", "\"function\""); type != "function")
      refuse(named.path("type"), type, "\"function\"");
    Fields function(named.require("function", "an object with a name"), named.path("function"));
    choice.mode = ToolChoice::Mode::named;
    choice.name = read_string(function.path("name"), function.require("name", "a string"), name_bytes);
    function.refuse_others();
    named.refuse_others();
    return;
  }
  for (const auto& [word, mode] : choices) {
    if (*json != word) continue;
    choice.mode = mode;
    return;
  }
  refuse(path, *json, "\"auto\", \"none\", \"required\" or an object that names a function");
}

void write_tool_choice(Json& json, const ToolChoice& choice) {
  if (choice.mode == ToolChoice::Mode::named) {
    json["tool_choice"] = {{"type", "function"}, {"function", {{"name", choice.name}}}};
    return;
  }
  for (const auto& [word, mode] : choices)
    if (mode == choice.mode && mode != ToolChoice::Mode::automatic) json["tool_choice"] = word;
}

void read_template(Fields& fields, TemplateOptions& options) {
  if (const Json* tools = fields.find("tools")) {
    const std::string path = fields.path("tools");
    std::size_t number = 0;
    for (const Json& tool : require_list(path, *tools, JsonLimits::tools, "tools"))
      if (const std::string place = std::format("{}[{}]", path, number++); !tool.is_object())
        refuse(place, tool, "an object that describes a tool");
    options.tools = text_of(*tools);
  }
  read_tool_choice(fields, options.tool_choice);
  fields.read("parallel_tool_calls", options.tool_choice.parallel);
  if (bool thinking = false; fields.find("enable_thinking")) {
    fields.read("enable_thinking", thinking);
    options.enable_thinking = thinking;
  }
  const Json* variables = fields.find("template_variables");
  if (!variables) return;
  if (!variables->is_object() || variables->size() > JsonLimits::variables)
    refuse(fields.path("template_variables"), *variables,
           std::format("an object of at most {} variables", JsonLimits::variables));
  for (const auto& [name, value] : variables->items()) {
    read_string(fields.path("template_variables"), Json(name), name_bytes);
    options.variables[name] = text_of(value);
  }
}

// What the options of every task have.
void read_terms(Fields& fields, auto& options) {
  fields.read("priority", options.priority);
  fields.read("timeout", options.timeout);
}

void put(Json& json, const char* key, const auto& value, const auto& usual) {
  if (value != usual) json[key] = value;
}
void put(Json& json, const char* key, float value, float usual) {
  if (value != usual) json[key] = widened(value);
}

void write_terms(Json& json, const auto& options, const auto& usual) {
  put(json, "priority", options.priority, usual.priority);
  put(json, "timeout", options.timeout, usual.timeout);
}

void write_sampling(Json& json, const SamplingOptions& sampling) {
  const SamplingOptions usual;
  put(json, "temperature", sampling.temperature, usual.temperature);
  put(json, "top_p", sampling.top_p, usual.top_p);
  put(json, "top_k", sampling.top_k, usual.top_k);
  put(json, "min_p", sampling.min_p, usual.min_p);
  put(json, "repetition_penalty", sampling.repetition_penalty, usual.repetition_penalty);
  put(json, "presence_penalty", sampling.presence_penalty, usual.presence_penalty);
  put(json, "frequency_penalty", sampling.frequency_penalty, usual.frequency_penalty);
  put(json, "seed", sampling.seed, usual.seed);
  for (const auto& [token, bias] : sampling.logit_bias) json["logit_bias"][std::to_string(token)] = widened(bias);
}

}  // namespace

void read_options(Fields& fields, GenerateOptions& options) {
  fields.read("max_tokens", options.max_tokens, 1);
  read_sampling(fields, options.sampling);
  read_stops(fields, options);
  read_log_probabilities(fields, options);
  read_grammar(fields, options.grammar);
  read_template(fields, options.chat);
  fields.read("raw", options.raw);
  read_terms(fields, options);
}

void read_options(Fields& fields, EmbedOptions& options) {
  fields.read("task", options.task, name_bytes);
  fields.read("dimensions", options.dimensions, 1);
  if (bool normalize = false; fields.find("normalize")) {
    fields.read("normalize", normalize);
    options.normalize = normalize;
  }
  fields.read("truncate", options.truncate);
  read_terms(fields, options);
}

void read_options(Fields& fields, RankOptions& options) {
  fields.read("truncate", options.truncate);
  fields.read("instruction", options.instruction);
  read_terms(fields, options);
}

void read_options(Fields& fields, ClassifyOptions& options) {
  fields.read("truncate", options.truncate);
  read_terms(fields, options);
}

void write_options(Json& json, const ClassifyOptions& options) {
  const ClassifyOptions usual;
  put(json, "truncate", options.truncate, usual.truncate);
  write_terms(json, options, usual);
}

void write_options(Json& json, const GenerateOptions& options) {
  const GenerateOptions usual;
  put(json, "max_tokens", options.max_tokens, usual.max_tokens);
  write_sampling(json, options.sampling);
  put(json, "stop", options.stop, usual.stop);
  put(json, "stop_tokens", options.stop_tokens, usual.stop_tokens);
  if (options.log_probabilities >= 0) json["logprobs"] = true;
  if (options.log_probabilities > 0) json["top_logprobs"] = options.log_probabilities;
  write_grammar(json, options.grammar);
  if (!options.chat.tools.empty()) json["tools"] = parse(options.chat.tools, "The list of tools");
  write_tool_choice(json, options.chat.tool_choice);
  put(json, "parallel_tool_calls", options.chat.tool_choice.parallel, usual.chat.tool_choice.parallel);
  if (options.chat.enable_thinking) json["enable_thinking"] = *options.chat.enable_thinking;
  for (const auto& [name, value] : options.chat.variables)
    json["template_variables"][name] = parse(value, std::format("The template variable '{}'", name));
  put(json, "raw", options.raw, usual.raw);
  write_terms(json, options, usual);
}

void write_options(Json& json, const EmbedOptions& options) {
  const EmbedOptions usual;
  put(json, "task", options.task, usual.task);
  put(json, "dimensions", options.dimensions, usual.dimensions);
  if (options.normalize) json["normalize"] = *options.normalize;
  put(json, "truncate", options.truncate, usual.truncate);
  write_terms(json, options, usual);
}

void write_options(Json& json, const RankOptions& options) {
  const RankOptions usual;
  put(json, "truncate", options.truncate, usual.truncate);
  put(json, "instruction", options.instruction, usual.instruction);
  write_terms(json, options, usual);
}

}  // namespace gerbil::codec
