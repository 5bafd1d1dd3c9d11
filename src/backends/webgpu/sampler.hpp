// The choice of the next tokens on the device; the semantics are those of backends/sampling.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "backends/program.hpp"
#include "backends/webgpu/log_probabilities.hpp"
#include "backends/webgpu/machine.hpp"

namespace gerbil::webgpu {

class Sampler {
 public:
  // Chooses from the values of the machine's output.
  explicit Sampler(Machine& machine);

  // Records the choice, which goes to Machine::chosen and leaves the logits as they are, and appends what is to be read
  // of it and of the log-probabilities.
  void record(const Choices& choices, std::vector<gpu::Range>& results);
  // Takes from the front of `bytes` what record() asked for.
  void collect(const Choices& choices, std::span<const std::byte>& bytes, StepResult& result) const;

 private:
  void reserve(std::size_t words, std::size_t mask_words);

  Machine& machine_;
  gpu::Kernel kernel_;
  gpu::Buffer rows_;
  gpu::Buffer kept_;
  gpu::Buffer masks_;
  gpu::BoundKernel bound_;
  LogProbabilities log_probabilities_;
};

}  // namespace gerbil::webgpu
