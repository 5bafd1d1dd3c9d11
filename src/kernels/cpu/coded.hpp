// Products of coded panels with activations. Each call computes one panel of 32 outputs for some tokens; out is
// [tokens, 32] in the panel's row order. The sums of a token are added in the same order whatever the number of tokens.
#pragma once

#include <cstdint>

#include "kernels/cpu/panels.hpp"
#include "kernels/cpu/prepare.hpp"

namespace gerbil::kernels {

// Σ over groups of scale · (Σ over activation groups of x.scale · Σ level · x.code) + bias · x.sum, with integer inner
// sums; without biases, −scale · zero is the bias. codes [tokens, weight.columns] and factors [tokens,
// weight.activation_groups()] as quantize_row makes them.
void coded_panel(const CodedPanels& weight, std::int64_t panel, const std::int8_t* codes, const GroupFactors* factors,
                 std::int64_t tokens, float* out);

// The same with f32 activations [tokens, weight.columns] and factors [tokens, weight.groups()] of sum_groups.
void coded_panel_exact(const CodedPanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                       std::int64_t tokens, float* out);

}  // namespace gerbil::kernels
