// The angles of a rotary embedding at one position, the same for every backend.
#pragma once

#include <cstdint>

#include "graph/graph.hpp"

namespace gerbil {

// Writes rotary_dim / 2 cosines and sines, multiplied by the table's scale. The angle is computed in f32, as
// transformers does. use_long chooses the long set where the table has one.
void rope_angles(const graph::RopeTable& table, std::int32_t position, bool use_long, float* cosine, float* sine);

}  // namespace gerbil
