// What the best adapter of this machine could do at most.
#pragma once

#include <string>

namespace gerbil::webgpu {

struct Ceilings {
  double read_bytes_per_second = 0;
  double operations_per_second = 0;  // multiply and add count as two
  std::string arithmetic;            // of which: "f16 subgroup matrices", or "f32"
};

// Measures for half a second or so. Throws what opening the adapter throws.
Ceilings measure_ceilings();

}  // namespace gerbil::webgpu
