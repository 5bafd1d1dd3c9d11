// Rewrites from the graph a model is written in to the graph a backend runs. Each keeps the result the same up to
// rounding; the validator runs after each.
#pragma once

#include <functional>

#include "graph/graph.hpp"

namespace gerbil::graph {

// Linears that read the same value become one with stacked rows, and slices of its output (q/k/v, gate/up).
// can_merge decides for two weights whether their stored forms can be stacked (same format, bits, group, permutation).
// Empty: always.
using CanMerge = std::function<bool(const WeightDeclaration& a, const WeightDeclaration& b)>;
void merge_projections(Graph& graph, const CanMerge& can_merge = {});

// slice, slice -> [norm] -> [rope] -> write: one AttentionInput on the merged projection. Where only queries can be
// traced back, norm -> rope of them: one that writes nothing.
void fuse_attention_input(Graph& graph);

// activation(slice a) · slice b of one projection: a gated epilogue of it.
void fuse_gate(Graph& graph);

// a · activation(slice x), for the gate of an attention's output: one Gate on x.
void fuse_output_gate(Graph& graph);

// Slices that are put side by side just as they were: what they were cut of.
void drop_copies(Graph& graph);

// activation(linear): an epilogue of it.
void fuse_activation(Graph& graph);

// linear + x, norm + x: a residual epilogue.
void fuse_residual(Graph& graph);

// norm · factor: an epilogue of it.
void fuse_scale(Graph& graph);

// A layer norm whose only readers are linears becomes their prologue.
void fuse_norm(Graph& graph);

// Removes nodes whose output nobody reads, then values and weights that no node names, and numbers the rest in order.
void remove_dead(Graph& graph);

// All of the above in order, with the validator between them.
void optimize(Graph& graph, const CanMerge& can_merge = {});

}  // namespace gerbil::graph
