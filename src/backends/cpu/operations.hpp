// How each node of a graph becomes an operation. Each function also makes sure that the machine has the room it needs.
#pragma once

#include "backends/cpu/step.hpp"
#include "graph/ops.hpp"

namespace gerbil::cpu {

// reuse: the activations that the projection before it prepared are those of this one.
Operation make_linear(Machine& machine, const graph::Node& node, const graph::Linear& linear, const Matrix& matrix,
                      bool reuse);
// Whether two projections of the same input read the same prepared activations.
bool same_preparation(const graph::Linear& a, const Matrix& matrix_a, const graph::Linear& b, const Matrix& matrix_b);

Operation make_embedding(Machine& machine, const graph::Node& node, const graph::Embedding& embedding,
                         const Matrix& table);
Operation make_host_embedding(const graph::Node& node, const graph::HostEmbedding& embedding);
Operation make_input(const graph::Node& node);
Operation make_rms_norm(const graph::Node& node, const graph::RmsNorm& norm);
Operation make_layer_norm(const graph::Node& node, const graph::LayerNorm& norm);
Operation make_add(const graph::Node& node);
Operation make_multiply(const graph::Node& node);
Operation make_scale(const graph::Node& node, const graph::Scale& scale);
Operation make_top_softmax(const graph::Node& node, const graph::TopSoftmax& softmax);
Operation make_activate(const graph::Node& node, const graph::Activate& activate);
Operation make_slice(const graph::Node& node, const graph::Slice& slice);
Operation make_gate(const graph::Node& node, const graph::Gate& gate);
Operation make_concatenate(const graph::Node& node);
Operation make_rope(const graph::Node& node, const graph::Rope& rope);
Operation make_select_rows(const graph::Node& node);
Operation make_pool(const graph::Node& node, const graph::Pool& pool);

Operation make_write(const graph::Node& node, const graph::Write& write);
Operation make_attend(Machine& machine, const graph::Node& node, const graph::Attend& attend);
Operation make_attention_input(Machine& machine, const graph::Node& node, const graph::AttentionInput& input);
Operation make_delta_net(Machine& machine, const graph::Node& node, const graph::DeltaNet& delta);

// Once a step, before the operations: the rope angles of every token, the runs of queries, and the
// slots of sequences that begin.
void prepare_step(Machine& machine);

// Makes every thread's scratch at least `floats` long.
void reserve_scratch(Machine& machine, std::int64_t floats);

}  // namespace gerbil::cpu
