// How the next token is chosen from one row of logits. Every backend implements exactly this; sampling.cpp is the
// reference and the CPU's implementation.
//
//   1. l = logit > 0 ? logit / penalty : logit · penalty, then + add, kept within ±1e30, for the tokens in
//      `adjustments`; −infinity for those whose bit in `mask` is 0, which are never chosen, and at least −1e38 for the
//      others when there is a mask, so that one of them always is
//   2. temperature 0: the largest l, the smallest id among equals. Otherwise l becomes (l − largest) / temperature, at
//      least −256 (whose probability is 0 beside the largest, 0), so that no temperature makes it overflow; and:
//   3. top_k: keep tokens whose l is at least the k-th largest (0: keep all)
//   4. top_p: of these, keep the smallest set of largest l whose probability reaches top_p (ties at the border stay)
//   5. min_p: keep tokens whose probability is at least min_p times that of the best
//   6. Gumbel-max: the largest l − log(−log u), u = (sampling_bits(seed, step, token) + 0.5) / 2^32 rounded to f32
//      below 1.
//      The counter-based generator makes the choice a function of the row, the seed and the step alone: not of the
//      batch, the thread count or the device.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gerbil {

struct LogitAdjustment {
  std::int32_t token = 0;
  float penalty = 1.0f;  // repetition penalty: > 1 makes the token less likely
  float add = 0.0f;      // logit bias, minus presence and frequency penalties
};

struct Sampling {
  float temperature = 0.0f;
  std::int32_t top_k = 0;
  float top_p = 1.0f;
  float min_p = 0.0f;
  std::uint64_t seed = 0;
  std::uint32_t step = 0;                    // how many tokens the sequence has generated
  std::vector<LogitAdjustment> adjustments;  // distinct tokens
  // Bit t % 32 of word t / 32 says whether token t may be chosen; one is set at least. Empty: all may.
  std::span<const std::uint32_t> mask;
  std::int32_t alternatives = -1;  // ≥ 0: report the log-probabilities of the chosen token and of this many others
};

struct ScoredToken {
  std::int32_t token = 0;
  float log_probability = 0.0f;  // natural logarithm, by the row alone: before mask, adjustments and temperature
};

// 32 uniform bits: pcg(seed_low ^ pcg(seed_high ^ pcg(step ^ pcg(token)))), with the 32-bit PCG-RXS-M-XS hash
// pcg(v): s = v · 747796405 + 2891336453; w = ((s >> ((s >> 28) + 4)) ^ s) · 277803737; (w >> 22) ^ w
// (Jarzynski and Olano 2020, "Hash Functions for GPU Rendering").
std::uint32_t sampling_bits(std::uint64_t seed, std::uint32_t step, std::uint32_t token);

// The chosen token. Overwrites `logits`.
std::int32_t sample(std::span<float> logits, const Sampling& sampling);

// That of `chosen`, and those of the `alternatives` most likely tokens, likelier ones first, smaller ids among equals.
// All are finite: what is not a number, or infinite, counts as ±1e38.
std::vector<ScoredToken> log_probabilities(std::span<const float> logits, std::int32_t chosen,
                                           std::int32_t alternatives);

}  // namespace gerbil
