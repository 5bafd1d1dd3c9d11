// Layer normalisation (Ba et al. 2016).
#pragma once

#include <cstdint>

namespace gerbil::kernels {

// out = (x − mean(x)) / sqrt(variance(x) + epsilon) · weight + bias over `count` values; no bias when it is null. out
// may be x.
void layer_norm(const float* x, const float* weight, const float* bias, float epsilon, std::int64_t count, float* out);

}  // namespace gerbil::kernels
