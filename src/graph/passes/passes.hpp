// Rewrites from the graph a model is written in to the graph a backend runs. Each keeps the result the same up to
// rounding; the validator runs after each.
#pragma once

#include "graph/graph.hpp"

namespace gerbil::graph {

// Linears that read the same value become one with stacked rows, and slices of its output (q/k/v, gate/up).
// can_merge decides for two weights whether their stored forms can be stacked (same format, bits, group, permutation).
using CanMerge = bool (*)(const void* context, const WeightDeclaration& a, const WeightDeclaration& b);
void merge_projections(Graph& graph, CanMerge can_merge = nullptr, const void* context = nullptr);

// slice, slice -> [norm] -> [rope] -> write: one AttentionInput on the merged projection.
void fuse_attention_input(Graph& graph);

// activation(slice a) · slice b of one projection: a gated epilogue of it.
void fuse_gate(Graph& graph);

// linear + x: a residual epilogue.
void fuse_residual(Graph& graph);

// A layer norm whose only readers are linears becomes their prologue.
void fuse_norm(Graph& graph);

// Removes nodes whose output nobody reads, then unused values.
void remove_dead(Graph& graph);

// All of the above in order.
void optimize(Graph& graph, CanMerge can_merge = nullptr, const void* context = nullptr);

}  // namespace gerbil::graph
