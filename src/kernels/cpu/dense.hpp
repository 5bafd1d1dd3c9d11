// Products of dense panels with activations, in the manner of coded.hpp.
#pragma once

#include <cstdint>

#include "kernels/cpu/panels.hpp"

namespace gerbil::kernels {

// out [tokens, 32] = x · panelᵀ with x [tokens, weight.columns] and f32 sums, added in the order of the columns.
void dense_panel(const DensePanels& weight, std::int64_t panel, const float* x, std::int64_t tokens, float* out);

}  // namespace gerbil::kernels
