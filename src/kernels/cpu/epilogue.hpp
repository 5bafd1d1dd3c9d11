// What follows the product of a projection, applied to one panel while it is still in cache.
#pragma once

#include <cstdint>

#include "kernels/cpu/elementwise.hpp"

namespace gerbil::kernels {

// y = softcap(activation(sum + bias)) + residual; gated: rows 0…15 of a panel are a, rows 16…31 are b, and
// y = activation(a) · b + residual, 16 outputs a panel.
struct Epilogue {
  const float* bias = nullptr;  // in the weight's packed row order, or null
  Activation activation = Activation::identity;
  bool gated = false;
  float softcap = 0.0f;             // see graph::Linear; 0: none
  const float* residual = nullptr;  // [tokens, columns], or null
  float* out = nullptr;             // [tokens, columns]
  std::int64_t columns = 0;         // outputs; the last panel may be wider
};

// sums [tokens, 32] of panel `panel`, for the tokens from `first_token`.
void finish_panel(const Epilogue& epilogue, std::int64_t panel, std::int64_t first_token, std::int64_t tokens,
                  const float* sums);

}  // namespace gerbil::kernels
