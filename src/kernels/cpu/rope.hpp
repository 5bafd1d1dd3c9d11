// Rotary position embedding (Su et al. 2021) in the half-split layout of transformers.
#pragma once

#include <cstdint>

namespace gerbil::kernels {

// Rotates one head: element i pairs with i + half, for i < half; elements from 2 · half to head_dim are copied.
// out may be x.
void rotate_head(const float* x, const float* cosine, const float* sine, std::int64_t half, std::int64_t head_dim,
                 float* out);

}  // namespace gerbil::kernels
