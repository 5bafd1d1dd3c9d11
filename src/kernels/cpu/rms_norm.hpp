// Root mean square normalisation (Zhang and Sennrich 2019).
#pragma once

#include <cstdint>

namespace gerbil::kernels {

// out = x / sqrt(mean(x²) + epsilon) · weight over `count` values. out may be x.
void rms_norm(const float* x, const float* weight, float epsilon, std::int64_t count, float* out);

}  // namespace gerbil::kernels
