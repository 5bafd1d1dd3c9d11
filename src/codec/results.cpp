// Results and errors, as they are written.
#include <format>

#include "codec/codec.hpp"
#include "engine/boundary.hpp"

namespace gerbil {
namespace {

using namespace codec;

Json write(const TokenProbability& probability) {
  return {{"token_id", probability.token}, {"logprob", widened(probability.log_probability)}};
}

Json write(const TokenReport& report) {
  Json json = write(report.chosen);
  json["top_logprobs"] = Json::array();
  for (const TokenProbability& other : report.alternatives) json["top_logprobs"].push_back(write(other));
  return json;
}

Json write_usage(std::int64_t tokens) { return {{"prompt_tokens", tokens}, {"total_tokens", tokens}}; }

Json write(const GenerateResult& result) {
  Message message("assistant", result.text);
  message.reasoning = result.reasoning;
  Json json{{"message", codec::write(message)},
            {"finish_reason", to_string(result.finish_reason)},
            {"usage",
             {{"prompt_tokens", result.prompt_tokens},
              {"completion_tokens", result.generated_tokens},
              {"total_tokens", std::int64_t{result.prompt_tokens} + result.generated_tokens},
              {"prompt_tokens_details", {{"cached_tokens", result.cached_tokens}}}}},
            {"tokens", result.tokens}};
  for (const TokenReport& report : result.log_probabilities) json["logprobs"]["content"].push_back(write(report));
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
      return "invalid_request_error";
    default:
      return "server_error";
  }
}

}  // namespace

void write_json(const EmbedResult& result, const std::function<void(std::string_view)>& write) {
  const auto sink = callers(write);
  guarded([&] {
    sink("{\"data\":[");
    for (std::size_t i = 0; i < result.vectors.size(); ++i) {
      std::string text = std::format("{}{{\"index\":{},\"embedding\":[", i == 0 ? "" : ",", i);
      append_numbers(text, result.vectors[i]);
      text += "]}";
      sink(text);
    }
    const Json rest{
        {"dimensions", result.dimensions}, {"usage", write_usage(result.tokens)}, {"seconds", result.seconds}};
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
    const Json rest{{"usage", write_usage(result.tokens)}, {"seconds", result.seconds}};
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
