#include "server/answers.hpp"

#include <algorithm>
#include <format>

namespace gerbil::server {
namespace {

// JSON has no infinities.
double finite(float value) { return std::max(value, -9999.0f); }

Json entry(const Model& model, const TokenProbability& probability) {
  const std::string text = model.detokenize({probability.token}, false);
  Json bytes = Json::array();
  for (const char c : text) bytes.push_back(static_cast<unsigned char>(c));
  return {{"token", text}, {"logprob", finite(probability.log_probability)}, {"bytes", std::move(bytes)}};
}

}  // namespace

void Usage::add(const GenerateResult& result, bool first) {
  if (first) prompt += result.prompt_tokens;
  if (first) cached += result.cached_tokens;
  generated += result.generated_tokens;
  reasoning += result.reasoning_tokens;
}

Json to_json(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt},
          {"completion_tokens", usage.generated},
          {"total_tokens", usage.prompt + usage.generated},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached}}},
          {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning}}}};
}

Json chat_log_probabilities(const Model& model, std::span<const TokenReport> tokens) {
  Json content = Json::array();
  for (const TokenReport& report : tokens) {
    Json token = entry(model, report.chosen);
    token["top_logprobs"] = Json::array();
    for (const TokenProbability& other : report.alternatives) token["top_logprobs"].push_back(entry(model, other));
    content.push_back(std::move(token));
  }
  return {{"content", std::move(content)}, {"refusal", nullptr}};
}

Json completion_log_probabilities(const Model& model, std::span<const TokenReport> tokens, std::size_t& offset) {
  Json json{{"tokens", Json::array()},
            {"token_logprobs", Json::array()},
            {"top_logprobs", Json::array()},
            {"text_offset", Json::array()}};
  for (const TokenReport& report : tokens) {
    const std::string text = model.detokenize({report.chosen.token}, false);
    Json top = Json::object();
    for (const TokenProbability& other : report.alternatives)
      top[model.detokenize({other.token}, false)] = finite(other.log_probability);
    json["tokens"].push_back(text);
    json["token_logprobs"].push_back(finite(report.chosen.log_probability));
    json["top_logprobs"].push_back(std::move(top));
    json["text_offset"].push_back(offset);
    offset += text.size();
  }
  return json;
}

std::string event(const Json& json) { return std::format("data: {}\n\n", text_of(json)); }

}  // namespace gerbil::server
