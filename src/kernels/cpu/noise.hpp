// The random numbers of sampling (backends/sampling.hpp), many at once.
#pragma once

#include <cstdint>

namespace gerbil::kernels {

inline constexpr int noise_block = 32;

// What the numbers of one choice hang on.
struct NoiseSource {
  std::uint64_t seed;
  std::uint32_t step;
};

// Writes the sampling_bits of 32 tokens to `bits`. Bit i of the result says whether logits[i] and the Gumbel noise of
// these bits may come to `best`; where it is not set, they do not. NaN may not.
std::uint32_t draw_noise(const NoiseSource& source, const std::uint32_t* tokens, const float* logits, float best,
                         std::uint32_t* bits);

}  // namespace gerbil::kernels
