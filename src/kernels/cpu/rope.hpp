// Rotary position embedding (Su et al. 2021) in the half-split layout of transformers.
#pragma once

#include <cstdint>
#include <span>

namespace gerbil::kernels {

// cosine and sine [inverse_frequencies.size()] of position · inverse_frequencies[i], times `scale`. The angle is rounded
// to f32 first, as transformers does it.
void rope_angles(std::int32_t position, std::span<const float> inverse_frequencies, float scale, float* cosine,
                 float* sine);

// Rotates one head: element i pairs with i + half, for i < half; elements from 2 · half to head_dim are copied.
// out may be x.
void rotate_head(const float* x, const float* cosine, const float* sine, std::int64_t half, std::int64_t head_dim,
                 float* out);

}  // namespace gerbil::kernels
