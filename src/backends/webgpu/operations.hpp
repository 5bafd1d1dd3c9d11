// How each node of a graph becomes dispatches. The functions only start compiling the shaders.
#pragma once

#include "backends/webgpu/machine.hpp"
#include "backends/webgpu/matrix.hpp"
#include "graph/ops.hpp"

namespace gerbil::webgpu {

Operation make_linear(Machine& m, const graph::Node& node, const graph::Linear& linear, const Matrix& matrix);
Operation make_embedding(Machine& m, const graph::Node& node, const graph::Embedding& embedding, const Matrix& table);

Operation make_rms_norm(Machine& m, const graph::Node& node, const graph::RmsNorm& norm);
Operation make_layer_norm(Machine& m, const graph::Node& node, const graph::LayerNorm& norm);
Operation make_add(Machine& m, const graph::Node& node);
Operation make_multiply(Machine& m, const graph::Node& node);
Operation make_scale(Machine& m, const graph::Node& node, const graph::Scale& scale);
Operation make_top_softmax(Machine& m, const graph::Node& node, const graph::TopSoftmax& softmax);
Operation make_activate(Machine& m, const graph::Node& node, const graph::Activate& activate);
Operation make_slice(Machine& m, const graph::Node& node, const graph::Slice& slice);
Operation make_gate(Machine& m, const graph::Node& node, const graph::Gate& gate);
Operation make_concatenate(Machine& m, const graph::Node& node);
Operation make_select_rows(Machine& m, const graph::Node& node);
Operation make_pool(Machine& m, const graph::Node& node, const graph::Pool& pool);

Operation make_rope(Machine& m, const graph::Node& node, const graph::Rope& rope);
Operation make_write(Machine& m, const graph::Node& node, const graph::Write& write);
Operation make_attend(Machine& m, const graph::Node& node, const graph::Attend& attend);
Operation make_attention_input(Machine& m, const graph::Node& node, const graph::AttentionInput& input);

Operation make_delta_net(Machine& m, const graph::Node& node, const graph::DeltaNet& delta);

}  // namespace gerbil::webgpu
