// What the programs of a model share on a GPU.
#pragma once

#include <memory>
#include <mutex>

#include "backends/program.hpp"
#include "backends/shared_weights.hpp"
#include "backends/webgpu/device.hpp"
#include "backends/webgpu/matrix.hpp"

namespace gerbil::webgpu {

class GpuMemory final : public Memory, public std::enable_shared_from_this<GpuMemory> {
 public:
  explicit GpuMemory(int threads) : threads(threads) {}
  std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                   const Progress& progress) override;

  std::mutex turn;  // is held by the program that uses the device, or lets go of what is on it
  gpu::Device device;
  int threads = 0;  // that pack weights
  SharedWeights<Matrix> matrices;
  SharedWeights<gpu::Buffer> vectors;
};

}  // namespace gerbil::webgpu
