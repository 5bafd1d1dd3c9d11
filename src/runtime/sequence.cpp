#include "runtime/sequence.hpp"

namespace gerbil::runtime {

Sampling next_sampling(const Sequence& sequence) {
  const Request& request = *sequence.request;
  Sampling sampling = request.sampling;
  sampling.step = static_cast<std::uint32_t>(sequence.generated());
  std::map<std::int32_t, LogitAdjustment> adjustments;
  const auto at = [&](std::int32_t token) -> LogitAdjustment& {
    LogitAdjustment& adjustment = adjustments[token];
    adjustment.token = token;
    return adjustment;
  };
  if (request.repetition_penalty != 1.0f) {
    for (const std::int32_t token : sequence.tokens) at(token).penalty = request.repetition_penalty;
  }
  if (request.presence_penalty != 0.0f || request.frequency_penalty != 0.0f) {
    for (const auto& [token, count] : sequence.counts) {
      at(token).add -= request.presence_penalty + request.frequency_penalty * static_cast<float>(count);
    }
  }
  for (const LogitAdjustment& bias : request.bias) at(bias.token).add += bias.add;
  for (const auto& [token, adjustment] : adjustments) sampling.adjustments.push_back(adjustment);
  return sampling;
}

}  // namespace gerbil::runtime
