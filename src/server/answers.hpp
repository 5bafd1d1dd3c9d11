// What answers have in common, as JSON.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gerbil/generator.hpp"
#include "server/json.hpp"

namespace gerbil::server {

struct Usage {
  std::int64_t prompt = 0;
  std::int64_t generated = 0;
  std::int64_t cached = 0;
  std::int64_t reasoning = 0;
  // first: of the answers to one prompt, which counts once.
  void add(const GenerateResult& result, bool first);
};
Json to_json(const Usage& usage);

// {"content":[{"token","logprob","bytes","top_logprobs"}…]}
Json chat_log_probabilities(const Model& model, std::span<const TokenReport> tokens);
// {"tokens","token_logprobs","top_logprobs","text_offset"}; the tokens begin at the offset, which becomes their end.
Json completion_log_probabilities(const Model& model, std::span<const TokenReport> tokens, std::size_t& offset);

// An event of a stream.
std::string event(const Json& json);
inline constexpr std::string_view last_event = "data: [DONE]\n\n";

}  // namespace gerbil::server
