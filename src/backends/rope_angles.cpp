#include "backends/rope_angles.hpp"

#include <cmath>

namespace gerbil {

void rope_angles(const graph::RopeTable& table, std::int32_t position, bool use_long, float* cosine, float* sine) {
  use_long = use_long && !table.long_inverse_frequencies.empty();
  const auto& frequencies = use_long ? table.long_inverse_frequencies : table.inverse_frequencies;
  const float scale = use_long ? table.long_scale : table.scale;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const float angle = static_cast<float>(position) * frequencies[i];
    cosine[i] = std::cos(angle) * scale;
    sine[i] = std::sin(angle) * scale;
  }
}

}  // namespace gerbil
