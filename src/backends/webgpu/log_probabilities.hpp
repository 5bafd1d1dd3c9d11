// Log-probabilities on the device; see log_probabilities() of backends/sampling.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "backends/program.hpp"
#include "backends/webgpu/machine.hpp"

namespace gerbil::webgpu {

class LogProbabilities {
 public:
  // Of the values of the machine's output and the tokens that have been chosen from them.
  explicit LogProbabilities(Machine& machine);

  // Records what the choices ask for, if any do, and appends what is to be read of it.
  void record(const Choices& choices, std::vector<gpu::Range>& results);
  // Takes from the front of `bytes` what record() asked for. The tokens of `result` are there.
  void collect(const Choices& choices, std::span<const std::byte>& bytes, StepResult& result) const;

 private:
  void reserve(std::size_t rows, std::size_t scores);

  Machine& machine_;
  gpu::Kernel kernel_;
  gpu::Buffer rows_;
  gpu::Buffer scores_;
  gpu::BoundKernel bound_;
};

}  // namespace gerbil::webgpu
