// Results and errors, as they are read: by clients of other versions, so a field that is not known is left out.
#include <format>
#include <limits>

#include "base/boundary.hpp"
#include "codec/codec.hpp"

namespace gerbil {
namespace {

using namespace codec;

// Results are our own or come from a server that we chose, and may be large.
Json parse_result(std::string_view text) {
  try {
    return parse_json(text, "The result");
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, error.what());
  }
}

TokenProbability read_probability(Fields& fields) {
  TokenProbability result;
  fields.read("token", result.token);
  fields.read("log_probability", result.log_probability);
  return result;
}

// The elements of a list that may be missing.
const Json& elements(Fields& fields, std::string_view key) {
  static const Json none = Json::array();
  const Json* json = fields.find(key);
  return require_list(fields.path(key), json ? *json : none, std::numeric_limits<std::size_t>::max(), "elements");
}

std::vector<TokenReport> read_log_probabilities(Fields& fields) {
  std::vector<TokenReport> reports;
  for (const Json& json : elements(fields, "log_probabilities")) {
    Fields chosen(json, std::format("log_probabilities[{}]", reports.size()));
    TokenReport& report = reports.emplace_back(read_probability(chosen));
    for (const Json& alternative : elements(chosen, "alternatives")) {
      Fields other(alternative, chosen.path("alternatives"));
      report.alternatives.push_back(read_probability(other));
    }
  }
  return reports;
}

FinishReason read_finish_reason(Fields& fields) {
  constexpr std::string_view expected = "\"stop\", \"length\", \"cancelled\" or \"tool_calls\"";
  const Json& json = fields.require("finish_reason", expected);
  for (const FinishReason reason :
       {FinishReason::stop, FinishReason::length, FinishReason::cancelled, FinishReason::tool_calls})
    if (json == to_string(reason)) return reason;
  refuse(fields.path("finish_reason"), json, expected);
}

std::vector<ToolCall> read_tool_calls(Fields& fields) {
  std::vector<ToolCall> calls;
  for (const Json& json : elements(fields, "tool_calls")) {
    Fields call(json, std::format("tool_calls[{}]", calls.size()));
    Fields function(call.require("function", "an object with name and arguments"), call.path("function"));
    ToolCall& read = calls.emplace_back();
    call.read("id", read.id);
    function.read("name", read.name);
    function.read("arguments", read.arguments);
  }
  return calls;
}

Timings read_timings(const Json& json) {
  Fields fields(json, "timings");
  Timings timings;
  fields.read("time_to_first_token", timings.time_to_first_token);
  fields.read("prefill", timings.prefill);
  fields.read("decode", timings.decode);
  fields.read("prefill_tokens_per_second", timings.prefill_tokens_per_second);
  fields.read("decode_tokens_per_second", timings.decode_tokens_per_second);
  return timings;
}

GenerateResult read_generated(const Json& json) {
  Fields fields(json, "");
  GenerateResult result;
  fields.read("text", result.text);
  fields.read("reasoning", result.reasoning);
  result.tool_calls = read_tool_calls(fields);
  fields.read("unfinished_tool_call", result.unfinished_tool_call);
  result.finish_reason = read_finish_reason(fields);
  fields.read("prompt_tokens", result.prompt_tokens);
  fields.read("cached_tokens", result.cached_tokens);
  fields.read("stop_sequence", result.stop_sequence);
  fields.read("generated_tokens", result.generated_tokens);
  fields.read("reasoning_tokens", result.reasoning_tokens);
  for (const Json& token : elements(fields, "tokens"))
    result.tokens.push_back(read_integer<std::int32_t>("tokens", token, 0, std::numeric_limits<std::int32_t>::max()));
  result.log_probabilities = read_log_probabilities(fields);
  if (const Json* json_timings = fields.find("timings")) result.timings = read_timings(*json_timings);
  return result;
}

EmbedResult read_embeddings(const Json& json) {
  Fields fields(json, "");
  EmbedResult result;
  for (const Json& vector : elements(fields, "embeddings"))
    result.vectors.push_back(read_numbers(std::format("embeddings[{}]", result.vectors.size()), vector));
  fields.read("dimensions", result.dimensions);
  fields.read("tokens", result.tokens);
  fields.read("seconds", result.seconds);
  return result;
}

RankResult read_scores(const Json& json) {
  Fields fields(json, "");
  RankResult result;
  result.scores = read_numbers("scores", fields.require("scores", "a list of numbers"));
  fields.read("tokens", result.tokens);
  fields.read("seconds", result.seconds);
  return result;
}

ClassifyResult read_classes(const Json& json) {
  Fields fields(json, "");
  ClassifyResult result;
  for (const Json& row : elements(fields, "logits"))
    result.logits.push_back(read_numbers(std::format("logits[{}]", result.logits.size()), row));
  fields.read("tokens", result.tokens);
  fields.read("seconds", result.seconds);
  return result;
}

Error read_error(const Json& json) {
  Fields fields(json, "");
  Fields error(fields.require("error", "an object with message and code"), "error");
  std::string sentence;
  std::string code;
  error.read("message", sentence);
  error.read("code", code);
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i)
    if (to_string(static_cast<ErrorCode>(i)) == code) return {static_cast<ErrorCode>(i), sentence};
  return {ErrorCode::internal, sentence};
}

}  // namespace

template <>
GenerateResult from_json<GenerateResult>(std::string_view text) {
  return guarded([&] { return read_generated(parse_result(text)); });
}
template <>
EmbedResult from_json<EmbedResult>(std::string_view text) {
  return guarded([&] { return read_embeddings(parse_result(text)); });
}
template <>
RankResult from_json<RankResult>(std::string_view text) {
  return guarded([&] { return read_scores(parse_result(text)); });
}
template <>
ClassifyResult from_json<ClassifyResult>(std::string_view text) {
  return guarded([&] { return read_classes(parse_result(text)); });
}
template <>
Error from_json<Error>(std::string_view text) {
  return guarded([&] { return read_error(parse_result(text)); });
}

}  // namespace gerbil
