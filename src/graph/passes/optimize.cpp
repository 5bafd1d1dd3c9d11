#include "graph/passes/passes.hpp"

namespace gerbil::graph {

void optimize(Graph& graph, const CanMerge& can_merge) {
  validate(graph);
  merge_projections(graph, can_merge);
  validate(graph);
  // Each of these relies on the one before: the slices that merging leaves are what the fusions look for.
  for (void (*pass)(Graph&) : {fuse_attention_input, drop_copies, fuse_gate, fuse_output_gate, fuse_activation,
                               fuse_residual, fuse_scale, fuse_norm}) {
    pass(graph);
    validate(graph);
  }
}

}  // namespace gerbil::graph
