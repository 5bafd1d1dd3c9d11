// The choice of the next tokens on the device; the semantics are those of backends/sampling.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backends/sampling.hpp"
#include "backends/webgpu/machine.hpp"

namespace gerbil::webgpu {

class Sampler {
 public:
  // Chooses from the values of the machine's output.
  explicit Sampler(Machine& machine);

  // What to choose by, a row each. Comes before the commands that compute the logits are recorded.
  void write(std::span<const Sampling> rows);
  // Chooses for the first `rows` rows of logits, which it overwrites, and waits for the result.
  std::vector<std::int32_t> choose(std::size_t rows);

 private:
  void reserve(std::size_t words);

  Machine& machine_;
  gpu::Kernel kernel_;
  gpu::Buffer rows_;
  gpu::Buffer chosen_;
  gpu::BoundKernel bound_;
};

}  // namespace gerbil::webgpu
