// What programs share on a GPU: all of a backend its device, those of a model its weights.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "backends/backend.hpp"
#include "backends/shared_weights.hpp"
#include "backends/turns.hpp"
#include "backends/webgpu/matrix.hpp"
#include "gpu/device.hpp"

namespace gerbil::webgpu {

class GpuBackend final : public Backend, public std::enable_shared_from_this<GpuBackend> {
 public:
  explicit GpuBackend(int t) : threads(t) {}
  std::shared_ptr<Memory> memory() override;
  bool usable() const override { return !device.lost(); }

  Turns turns;  // is held by the program that records or submits, or lets go of what is on the device
  gpu::Device device;
  int threads = 0;  // that pack weights
};

class GpuMemory final : public Memory, public std::enable_shared_from_this<GpuMemory> {
 public:
  explicit GpuMemory(std::shared_ptr<GpuBackend> b) : backend(std::move(b)) {}
  std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                   const Progress& progress) override;

  std::shared_ptr<GpuBackend> backend;
  std::mutex compiling;  // is held by the one that compiles, and guards what follows
  SharedWeights<Matrix> matrices;
  SharedWeights<gpu::Buffer> vectors;
};

}  // namespace gerbil::webgpu
