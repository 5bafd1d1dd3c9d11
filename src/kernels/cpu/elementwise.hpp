// Kernels on runs of values, each independent of the others. Outputs may be the inputs.
#pragma once

#include <cstdint>

#include "base/activation.hpp"

namespace gerbil::kernels {

void add(const float* a, const float* b, std::int64_t count, float* out);
void multiply(const float* a, const float* b, std::int64_t count, float* out);
void maximum(const float* a, const float* b, std::int64_t count, float* out);
// out += x · factor
void add_scaled(const float* x, float factor, std::int64_t count, float* out);
void scale(const float* x, float factor, std::int64_t count, float* out);
void activate(Activation activation, const float* x, std::int64_t count, float* out);

}  // namespace gerbil::kernels
