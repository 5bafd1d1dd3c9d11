// Rows of tables that stay on the host: gathered there for every pass, and written to the values that they are.
#pragma once

#include <vector>

#include "backends/webgpu/machine.hpp"
#include "backends/webgpu/passes.hpp"
#include "formats/weight.hpp"

namespace gerbil::webgpu {

class HostRows {
 public:
  // The table of every HostEmbedding that reads `weight`; its description keeps the file.
  void add(const Machine& machine, graph::WeightId weight, const formats::Weight& table);
  bool empty() const { return rows_.empty(); }
  // The batch has no tokens that the step before chose: nobody here knows them.
  void write(Machine& machine, const Batch& batch, const Pass& pass);

 private:
  struct Rows {
    graph::ValueId value;
    float scale = 1.0f;
    formats::Weight table;
  };
  std::vector<Rows> rows_;
  std::vector<float> gathered_;
};

}  // namespace gerbil::webgpu
