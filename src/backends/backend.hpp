// Where graphs become programs: a backend is a device, a memory the weights of one model on it, and a program one graph
// compiled against a memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "backends/program.hpp"
#include "formats/weight.hpp"
#include "graph/graph.hpp"

namespace gerbil {

// Where compile() gets the numbers of a declared weight. Called once for each, possibly from several threads.
using WeightSource = std::function<formats::Weight(const graph::WeightDeclaration&)>;
// Called as weights are packed: bytes done and bytes in all. May be empty.
using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

// What the programs of a model share: packed weights, each once however many of the model's graphs declare it; a table
// that one of them multiplies with and another only looks up in may be packed for both.
class Memory {
 public:
  virtual ~Memory() = default;
  // A program with pages, slots and activations of its own. Reads those weights that no program of this memory has. It
  // keeps the memory.
  virtual std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights,
                                           const ProgramOptions& options, const Progress& progress = {}) = 0;
};

// A GPU, or the threads of a CPU, for any number of models. Their programs may be run, compiled and let go of by
// several threads; they take turns, step by step, and while one loads, weight by weight.
class Backend {
 public:
  virtual ~Backend() = default;
  // For one model. It keeps the backend.
  virtual std::shared_ptr<Memory> memory() = 0;
  // False once the device is lost: everything on it fails, and only another backend can go on.
  virtual bool usable() const = 0;
};

namespace cpu {
std::shared_ptr<Backend> open(int threads);  // 0: one a core
// On a backend of its own.
std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                 const Progress& progress = {});
}  // namespace cpu
namespace webgpu {
// `threads` pack the weights. Throws Error{not_found} where there is no adapter.
std::shared_ptr<Backend> open(int threads);
std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                 const Progress& progress = {});
}  // namespace webgpu

}  // namespace gerbil
