#include "runtime/sequence.hpp"

namespace gerbil::runtime {

Penalties::Penalties(const Generate& request, std::span<const std::int32_t> prompt) {
  if (request.repetition_penalty != 1.0f) {
    for (const std::int32_t token : prompt) of(token).penalty = request.repetition_penalty;
  }
  for (const LogitAdjustment& bias : request.bias) {
    LogitAdjustment& adjustment = of(bias.token);
    adjustment.penalty *= bias.penalty;
    adjustment.add += bias.add;
  }
}

void Penalties::count(const Generate& request, std::int32_t token) {
  if (request.repetition_penalty != 1.0f) of(token).penalty = request.repetition_penalty;
  if (request.presence_penalty == 0.0f && request.frequency_penalty == 0.0f) return;
  LogitAdjustment& adjustment = of(token);
  if (answered_.insert(token).second) adjustment.add -= request.presence_penalty;
  adjustment.add -= request.frequency_penalty;
}

LogitAdjustment& Penalties::of(std::int32_t token) {
  const auto [place, fresh] = places_.try_emplace(token, adjustments_.size());
  if (fresh) adjustments_.push_back({.token = token});
  return adjustments_[place->second];
}

}  // namespace gerbil::runtime
