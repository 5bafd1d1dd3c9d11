#include "json.hpp"

#include <iostream>

namespace gerbil::cli {
namespace {

Json to_json(const TokenProbability& probability) {
  return {{"token", probability.token}, {"log_probability", probability.log_probability}};
}

Json to_json(const TokenReport& report) {
  Json json = to_json(report.chosen);
  json["alternatives"] = Json::array();
  for (const TokenProbability& alternative : report.alternatives) json["alternatives"].push_back(to_json(alternative));
  return json;
}

}  // namespace

Json to_json(const Result& result) {
  Json json{{"text", result.text},
            {"reasoning", result.reasoning},
            {"finish_reason", to_string(result.finish_reason)},
            {"prompt_tokens", result.prompt_tokens},
            {"cached_tokens", result.cached_tokens},
            {"generated_tokens", result.generated_tokens},
            {"tokens", result.tokens},
            {"timings",
             {{"time_to_first_token", result.timings.time_to_first_token},
              {"prefill", result.timings.prefill},
              {"decode", result.timings.decode},
              {"prefill_tokens_per_second", result.timings.prefill_tokens_per_second},
              {"decode_tokens_per_second", result.timings.decode_tokens_per_second}}}};
  if (!result.log_probabilities.empty()) {
    json["log_probabilities"] = Json::array();
    for (const TokenReport& report : result.log_probabilities) json["log_probabilities"].push_back(to_json(report));
  }
  return json;
}

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void print(const Json& json) { std::cout << to_text(json) << '\n'; }

}  // namespace gerbil::cli
