// What the programs of a model share on the CPU.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "backends/cpu/matrix.hpp"
#include "backends/program.hpp"
#include "backends/shared_weights.hpp"
#include "base/thread_pool.hpp"

namespace gerbil::cpu {

class CpuMemory final : public Memory, public std::enable_shared_from_this<CpuMemory> {
 public:
  explicit CpuMemory(int threads) : pool(threads) {}
  std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                   const Progress& progress) override;

  std::mutex turn;  // is held by the program that compiles or runs
  ThreadPool pool;
  SharedWeights<Matrix> matrices;
  SharedWeights<std::vector<float>> vectors;
};

}  // namespace gerbil::cpu
