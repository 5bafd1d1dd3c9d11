// Results and errors, as they are written.
#include "base/boundary.hpp"
#include "codec/codec.hpp"

namespace gerbil {
namespace {

using namespace codec;

Json write(const TokenProbability& probability) {
  return {{"token", probability.token}, {"log_probability", widened(probability.log_probability)}};
}

Json write(const TokenReport& report) {
  Json json = write(report.chosen);
  json["alternatives"] = Json::array();
  for (const TokenProbability& other : report.alternatives) json["alternatives"].push_back(write(other));
  return json;
}

Json write(const GenerateResult& result) {
  Json json{{"text", result.text},
            {"reasoning", result.reasoning},
            {"finish_reason", to_string(result.finish_reason)},
            {"prompt_tokens", result.prompt_tokens},
            {"cached_tokens", result.cached_tokens},
            {"generated_tokens", result.generated_tokens},
            {"reasoning_tokens", result.reasoning_tokens},
            {"tokens", result.tokens}};
  if (!result.stop_sequence.empty()) json["stop_sequence"] = result.stop_sequence;
  for (const ToolCall& call : result.tool_calls) json["tool_calls"].push_back(codec::write(call));
  if (!result.unfinished_tool_call.empty()) json["unfinished_tool_call"] = result.unfinished_tool_call;
  for (const TokenReport& report : result.log_probabilities) json["log_probabilities"].push_back(write(report));
  const Timings& timings = result.timings;
  json["timings"] = {{"time_to_first_token", timings.time_to_first_token},
                     {"prefill", timings.prefill},
                     {"decode", timings.decode},
                     {"prefill_tokens_per_second", timings.prefill_tokens_per_second},
                     {"decode_tokens_per_second", timings.decode_tokens_per_second}};
  return json;
}

// What the caller can mend, and what not, in the words of OpenAI's API.
std::string_view type_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::not_found:
    case ErrorCode::unsupported:
    case ErrorCode::context_full:
    case ErrorCode::denied:
      return "invalid_request_error";
    default:
      return "server_error";
  }
}

}  // namespace

void write_json(const EmbedResult& result, const std::function<void(std::string_view)>& write) {
  const auto sink = callers(write);
  guarded([&] {
    sink("{\"embeddings\":[");
    for (std::size_t i = 0; i < result.vectors.size(); ++i) {
      std::string text = i == 0 ? "[" : ",[";
      append_numbers(text, result.vectors[i]);
      sink(text + ']');
    }
    const Json rest{{"dimensions", result.dimensions}, {"tokens", result.tokens}, {"seconds", result.seconds}};
    sink("]," + text_of(rest).substr(1));
  });
}

std::string to_json(const EmbedResult& result) {
  std::string text;
  write_json(result, [&](std::string_view piece) { guarded([&] { text += piece; }); });
  return text;
}

std::string to_json(const RankResult& result) {
  return guarded([&] {
    std::string text = "{\"scores\":[";
    append_numbers(text, result.scores);
    const Json rest{{"tokens", result.tokens}, {"seconds", result.seconds}};
    return text + "]," + text_of(rest).substr(1);
  });
}

std::string to_json(const ClassifyResult& result) {
  return guarded([&] {
    std::string text = "{\"logits\":[";
    for (std::size_t i = 0; i < result.logits.size(); ++i) {
      text += i == 0 ? "[" : ",[";
      append_numbers(text, result.logits[i]);
      text += ']';
    }
    const Json rest{{"tokens", result.tokens}, {"seconds", result.seconds}};
    return text + "]," + text_of(rest).substr(1);
  });
}

std::string to_json(const GenerateResult& result) {
  return guarded([&] { return text_of(write(result)); });
}

std::string to_json(const Error& error) {
  return guarded([&] {
    return text_of(
        {{"error", {{"message", error.what()}, {"type", type_of(error.code())}, {"code", to_string(error.code())}}}});
  });
}

}  // namespace gerbil
