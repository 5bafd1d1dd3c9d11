// Adds up what the operations of a program's steps took. The program measures; whoever gave it the profiler
// (ProgramOptions::profiler) takes the sums, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "backends/program.hpp"
#include "gerbil/profile.hpp"
#include "graph/graph.hpp"

namespace gerbil {

// What one node did in one step.
struct NodeTime {
  double seconds = 0;
  std::int64_t runs = 0;  // times that it read its weight
  std::int64_t rows = 0;  // in all of them
};

class Profiler {
 public:
  using Clock = std::chrono::steady_clock;
  static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  // Called once, when the program is compiled. weight_bytes: by node, packed bytes of the matrix that it reads.
  void start(const graph::Graph& graph, std::span<const std::int64_t> weight_bytes);
  // Adds a step of the batch that took `seconds` in all; nodes: by node.
  void add(const Batch& batch, double seconds, std::span<const NodeTime> nodes);
  // What was added since the last call.
  Profile take();

 private:
  struct NodeCost {
    std::size_t kind = 0;  // its place in StepProfile::operations
    std::int64_t weight_bytes = 0;
    std::int64_t row_operations = 0;
  };

  std::mutex mutex_;
  std::vector<NodeCost> nodes_;
  Profile empty_;  // the kinds, without any time
  Profile sums_;
};

// The kind of a node: the name of its operation; for a projection with the last words of its weight's names and its
// shape, for attention with the window that it sees.
std::string kind_of(const graph::Graph& graph, const graph::Node& node);

}  // namespace gerbil
