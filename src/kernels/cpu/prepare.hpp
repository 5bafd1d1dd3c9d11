// What happens to activations before a projection reads them.
#pragma once

#include <cstdint>

namespace gerbil::kernels {

// Factors of a group of activations, as the coded kernels read them.
struct GroupFactors {
  float scale;  // activation = scale · code
  float sum;    // of the activations from the beginning of the weight's group to the end of this one, for its bias
};

// to[i] = from[gather[i]], 0 where gather[i] is negative.
void gather_row(const float* from, const std::int32_t* gather, std::int64_t count, float* to);

// Rounds each group to signed 8 bits, scaled so that its largest magnitude is 127: |code| ≤ 127, and a group of zeros
// has scale 0. The sums are those of the rounded activations, so that scale · Σ code · w is the exact product with
// them, and begin again with each group of the weight. columns is a multiple of weight_group, that of group, that of
// 16. A group with an infinite or undefined value has an undefined scale.
void quantize_row(const float* x, std::int64_t columns, int group, int weight_group, std::int8_t* codes,
                  GroupFactors* factors);

// The sums of the groups, with scale 1: for coded weights with f32 activations.
void sum_groups(const float* x, std::int64_t columns, int group, GroupFactors* factors);

}  // namespace gerbil::kernels
