#include "backends/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace gerbil {
namespace {

// PCG-RXS-M-XS with 32 bits of state as a hash (Jarzynski and Olano 2020).
std::uint32_t pcg(std::uint32_t value) {
  const std::uint32_t state = value * 747796405u + 2891336453u;
  const std::uint32_t word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737u;
  return (word >> 22) ^ word;
}

// The least that a logit counts as. NaN counts as that, too: a comparison with it is false.
constexpr float least_logit = -1e38f;
float ordered(float logit) { return std::max(least_logit, logit); }

// A forbidden token is less likely than any that is allowed, be that no number.
void forbid(std::span<float> logits, std::span<const std::uint32_t> mask) {
  if (mask.empty()) return;
  for (std::size_t token = 0; token < logits.size(); ++token) {
    const bool allowed = (mask[token / 32] >> (token % 32) & 1) != 0;
    logits[token] = allowed ? ordered(logits[token]) : -std::numeric_limits<float>::infinity();
  }
}

// The most that −log(−log u) can be for u ≤ 1 − 2⁻²⁴: 16.64.
constexpr float largest_noise = 16.7f;
constexpr float largest_logit = 1e30f;  // after adjustments
constexpr float lowest_scaled = -256.0f;

float gumbel_noise(const Sampling& sampling, std::uint32_t token) {
  const double bits = sampling_bits(sampling.seed, sampling.step, token);
  const float u = std::min(static_cast<float>((bits + 0.5) * 0x1p-32), 0x1.fffffep-1f);
  return -std::log(-std::log(u));
}

void adjust(std::span<float> logits, std::span<const LogitAdjustment> adjustments) {
  for (const LogitAdjustment& a : adjustments) {
    if (a.token < 0 || static_cast<std::size_t>(a.token) >= logits.size()) continue;
    float& l = logits[static_cast<std::size_t>(a.token)];
    l = std::clamp((l > 0.0f ? l / a.penalty : l * a.penalty) + a.add, -largest_logit, largest_logit);
  }
}

// The smallest of the largest values of `kept` that together hold `top_p` of its probability. Reorders `kept`.
float top_p_threshold(std::vector<float>& kept, float top_p) {
  double total = 0;
  for (const float l : kept) total += std::exp(static_cast<double>(l));
  const double wanted = total * static_cast<double>(top_p);
  // The set is small as a rule: sort more of the values only when those sorted do not suffice.
  double reached = 0;
  std::size_t sorted = 0;
  for (std::size_t size = 64; sorted < kept.size(); size *= 8) {
    const std::size_t end = std::min(size, kept.size());
    const auto from = kept.begin() + static_cast<std::ptrdiff_t>(sorted);
    std::partial_sort(from, kept.begin() + static_cast<std::ptrdiff_t>(end), kept.end(), std::greater<>());
    for (; sorted < end; ++sorted) {
      reached += std::exp(static_cast<double>(kept[sorted]));
      if (reached >= wanted) return kept[sorted];
    }
  }
  return -std::numeric_limits<float>::infinity();
}

// Tokens below this are not candidates. The largest of `logits` is 0.
float threshold(std::span<const float> logits, const Sampling& sampling) {
  float lowest = -std::numeric_limits<float>::infinity();
  thread_local std::vector<float> kept;  // keeps its memory from step to step
  if (sampling.top_k > 0 && static_cast<std::size_t>(sampling.top_k) < logits.size()) {
    kept.assign(logits.begin(), logits.end());
    const auto kth = kept.begin() + sampling.top_k - 1;
    std::nth_element(kept.begin(), kth, kept.end(), std::greater<>());
    lowest = *kth;
  }
  if (sampling.top_p < 1.0f) {
    kept.clear();
    std::copy_if(logits.begin(), logits.end(), std::back_inserter(kept), [&](float l) { return l >= lowest; });
    lowest = std::max(lowest, top_p_threshold(kept, sampling.top_p));
  }
  if (sampling.min_p > 0.0f) lowest = std::max(lowest, std::log(sampling.min_p));
  return lowest;
}

// The smallest among equals. What is not a number is never chosen while there is one.
std::int32_t most_likely(std::span<const float> logits) {
  std::size_t best = 0;
  for (std::size_t token = 1; token < logits.size(); ++token)
    if (logits[token] > logits[best] || std::isnan(logits[best])) best = token;
  return static_cast<std::int32_t>(best);
}

// Step 2 of the semantics; NaN counts as least likely.
void scale(std::span<float> logits, float largest, float temperature) {
  for (float& l : logits) {
    const float scaled = l == largest ? 0.0f : (l - largest) / temperature;
    l = scaled > lowest_scaled ? scaled : lowest_scaled;
  }
}

}  // namespace

std::uint32_t sampling_bits(std::uint64_t seed, std::uint32_t step, std::uint32_t token) {
  const auto low = static_cast<std::uint32_t>(seed);
  const auto high = static_cast<std::uint32_t>(seed >> 32);
  return pcg(low ^ pcg(high ^ pcg(step ^ pcg(token))));
}

std::int32_t sample(std::span<float> logits, const Sampling& sampling) {
  adjust(logits, sampling.adjustments);
  forbid(logits, sampling.mask);
  std::int32_t chosen = most_likely(logits);
  if (sampling.temperature <= 0.0f) return chosen;
  scale(logits, logits[static_cast<std::size_t>(chosen)], sampling.temperature);
  const float lowest = threshold(logits, sampling);
  float best = -std::numeric_limits<float>::infinity();
  for (std::size_t token = 0; token < logits.size(); ++token) {
    const float l = logits[token];
    if (!(l >= lowest) || l + largest_noise < best) continue;
    const float noisy = l + gumbel_noise(sampling, static_cast<std::uint32_t>(token));
    if (noisy > best) {
      best = noisy;
      chosen = static_cast<std::int32_t>(token);
    }
  }
  return chosen;
}

std::vector<ScoredToken> log_probabilities(std::span<const float> logits, std::int32_t chosen,
                                           std::int32_t alternatives) {
  const auto logit = [&](std::int32_t token) {
    return std::min(ordered(logits[static_cast<std::size_t>(token)]), -least_logit);
  };
  std::vector<std::int32_t> ids(logits.size());
  std::ranges::iota(ids, 0);
  const float largest = logit(*std::ranges::max_element(ids, {}, logit));
  double sum = 0.0;
  for (const std::int32_t id : ids) sum += std::exp(static_cast<double>(logit(id)) - largest);
  const double norm = largest + std::log(sum);
  const auto more_likely = [&](std::int32_t a, std::int32_t b) {
    return logit(a) > logit(b) || (logit(a) == logit(b) && a < b);
  };
  const auto end = ids.begin() + std::min<std::ptrdiff_t>(alternatives, std::ssize(ids));
  std::ranges::partial_sort(ids, end, more_likely);
  ids.erase(end, ids.end());
  ids.insert(ids.begin(), chosen);
  std::vector<ScoredToken> result;
  result.reserve(ids.size());
  for (const std::int32_t id : ids) result.push_back({id, static_cast<float>(logit(id) - norm)});
  return result;
}

}  // namespace gerbil
