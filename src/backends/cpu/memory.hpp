// What programs share on the CPU: all of a backend its threads, those of a model its weights.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "backends/backend.hpp"
#include "backends/cpu/matrix.hpp"
#include "backends/shared_weights.hpp"
#include "backends/turns.hpp"
#include "base/thread_pool.hpp"

namespace gerbil::cpu {

class CpuBackend final : public Backend, public std::enable_shared_from_this<CpuBackend> {
 public:
  explicit CpuBackend(int threads) : pool(threads) {}
  std::shared_ptr<Memory> memory() override;
  bool usable() const override { return true; }

  Turns turns;  // is held by the program that uses the pool
  ThreadPool pool;
};

class CpuMemory final : public Memory, public std::enable_shared_from_this<CpuMemory> {
 public:
  explicit CpuMemory(std::shared_ptr<CpuBackend> b) : backend(std::move(b)) {}
  std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                   const Progress& progress) override;

  std::shared_ptr<CpuBackend> backend;
  std::mutex compiling;  // is held by the one that compiles, and guards what follows
  SharedWeights<Matrix> matrices;
  SharedWeights<std::vector<float>> vectors;
};

}  // namespace gerbil::cpu
