#include "backends/sampling.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "kernels/cpu/noise.hpp"

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

// Of a word of a mask, and as many as the compiler makes vectors of.
constexpr std::size_t lanes = kernels::noise_block;
static_assert(lanes == 32);

// A forbidden token is less likely than any that is allowed, be that no number.
void forbid(std::span<float> logits, std::span<const std::uint32_t> mask) {
  static constexpr auto bits = [] {
    std::array<std::uint32_t, lanes> made{};
    for (std::uint32_t i = 0; i < lanes; ++i) made[i] = 1u << i;
    return made;
  }();
  constexpr float never = -std::numeric_limits<float>::infinity();
  std::size_t token = 0;
  for (; token + lanes <= logits.size(); token += lanes) {
    const std::uint32_t word = mask[token / lanes];
    float* const at = logits.data() + token;
    for (std::size_t i = 0; i < lanes; ++i) {
      const float allowed = ordered(at[i]);
      at[i] = (word & bits[i]) != 0 ? allowed : never;
    }
  }
  for (; token < logits.size(); ++token)
    logits[token] = (mask[token / lanes] & bits[token % lanes]) != 0 ? ordered(logits[token]) : never;
}

// Tokens that a mask allows, and their logits.
struct Allowed {
  std::vector<float> logits;
  std::vector<std::uint32_t> ids;
};

void collect(std::span<const float> logits, std::span<const std::uint32_t> mask, Allowed& allowed) {
  allowed.logits.clear();
  allowed.ids.clear();
  for (std::size_t word = 0; word < mask.size(); ++word) {
    for (std::uint32_t left = mask[word]; left != 0; left &= left - 1) {
      const std::size_t token = lanes * word + static_cast<std::size_t>(std::countr_zero(left));
      if (token >= logits.size()) return;
      allowed.logits.push_back(ordered(logits[token]));
      allowed.ids.push_back(static_cast<std::uint32_t>(token));
    }
  }
}

// The most that −log(−log u) can be for u ≤ 1 − 2⁻²⁴: 16.64.
constexpr float largest_noise = 16.7f;
constexpr float largest_logit = 1e30f;  // after adjustments
constexpr float lowest_scaled = -256.0f;

float noise_of(std::uint32_t bits) {
  const float u = std::min(static_cast<float>((static_cast<double>(bits) + 0.5) * 0x1p-32), 0x1.fffffep-1f);
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

// The largest; what is not a number is none.
float largest_of(std::span<const float> logits) {
  std::array<float, lanes> largest;
  largest.fill(-std::numeric_limits<float>::infinity());
  std::size_t at = 0;
  for (; at + lanes <= logits.size(); at += lanes)
    for (std::size_t i = 0; i < lanes; ++i) largest[i] = logits[at + i] > largest[i] ? logits[at + i] : largest[i];
  for (; at < logits.size(); ++at) largest[0] = logits[at] > largest[0] ? logits[at] : largest[0];
  return *std::ranges::max_element(largest);
}

// The first among equals. What is not a number is never chosen while there is one.
std::size_t most_likely(std::span<const float> logits) {
  const auto found = std::ranges::find(logits, largest_of(logits));
  return found == logits.end() ? 0 : static_cast<std::size_t>(found - logits.begin());
}

// Step 2 of the semantics; NaN counts as least likely.
float scaled(float logit, float largest, float temperature) {
  const float made = logit == largest ? 0.0f : (logit - largest) / temperature;
  return made > lowest_scaled ? made : lowest_scaled;
}

// Where a token is chosen among `logits`, whose ids are `ids`, or where they stand when there are none. Overwrites
// `logits`.
std::size_t choose(std::span<float> logits, std::span<const std::uint32_t> ids, const Sampling& sampling) {
  std::size_t chosen = most_likely(logits);
  if (sampling.temperature <= 0.0f) return chosen;
  const auto id = [&](std::size_t at) { return ids.empty() ? static_cast<std::uint32_t>(at) : ids[at]; };
  const float largest = logits[chosen];
  const bool filters = sampling.top_k > 0 || sampling.top_p < 1.0f || sampling.min_p > 0.0f;
  float lowest = -std::numeric_limits<float>::infinity();
  if (filters) {
    for (float& l : logits) l = scaled(l, largest, sampling.temperature);
    lowest = threshold(logits, sampling);
  }
  const auto at_last = [&](float logit) { return filters ? logit : scaled(logit, largest, sampling.temperature); };
  // Most tokens cannot get past the likeliest, whatever their noise: said without a division, with room for rounding.
  float best = at_last(logits[chosen]) + noise_of(sampling_bits(sampling.seed, sampling.step, id(chosen)));
  const float origin = filters ? 0.0f : largest;
  const float hopeless = (filters ? 1.0f : sampling.temperature) * (best - largest_noise - 1.0f);
  std::array<float, lanes> few;
  std::array<std::uint32_t, lanes> tokens{}, bits{};
  for (std::size_t from = 0; from < logits.size(); from += lanes) {
    const std::span<const float> block = logits.subspan(from, std::min(lanes, logits.size() - from));
    std::uint32_t any = 0;
    for (const float l : block) any |= static_cast<std::uint32_t>(!(l - origin < hopeless));
    if (any == 0) continue;
    few.fill(-std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < block.size(); ++i) {
      few[i] = at_last(block[i]);
      tokens[i] = id(from + i);
    }
    for (std::uint32_t left =
             kernels::draw_noise({sampling.seed, sampling.step}, tokens.data(), few.data(), best, bits.data());
         left != 0; left &= left - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(left));
      if (!(few[i] >= lowest)) continue;
      const float noisy = few[i] + noise_of(bits[i]);
      if (noisy > best || (noisy == best && from + i < chosen)) {
        best = noisy;
        chosen = from + i;
      }
    }
  }
  return chosen;
}

}  // namespace

std::uint32_t sampling_bits(std::uint64_t seed, std::uint32_t step, std::uint32_t token) {
  const auto low = static_cast<std::uint32_t>(seed);
  const auto high = static_cast<std::uint32_t>(seed >> 32);
  return pcg(low ^ pcg(high ^ pcg(step ^ pcg(token))));
}

// Where a mask has few tokens only those are looked at: what may not come is at −256 for steps 3 to 6, and changes
// nothing there.
std::int32_t sample(std::span<float> logits, const Sampling& sampling) {
  adjust(logits, sampling.adjustments);
  if (sampling.mask.empty()) return static_cast<std::int32_t>(choose(logits, {}, sampling));
  std::size_t count = 0;
  for (const std::uint32_t word : sampling.mask) count += static_cast<std::size_t>(std::popcount(word));
  if (count > logits.size() / 8) {
    forbid(logits, sampling.mask);
    return static_cast<std::int32_t>(choose(logits, {}, sampling));
  }
  thread_local Allowed allowed;  // keeps its memory from step to step
  collect(logits, sampling.mask, allowed);
  return static_cast<std::int32_t>(allowed.ids[choose(allowed.logits, allowed.ids, sampling)]);
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
