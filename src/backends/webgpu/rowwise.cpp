// Operations that do little for each element: an invocation an element, or a workgroup a run of them.
#include "backends/webgpu/operations.hpp"
#include "graph/names.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::int64_t threads = 64;

Operation elementwise(Machine& m, const graph::Node& node, std::string_view file, Constants constants,
                      std::vector<gpu::Binding> bindings) {
  const std::int64_t columns = m.width(node.outputs[0]);
  constants["COLUMNS"] = columns;
  Operation operation{.work = columns};
  operation.dispatches.push_back({.kernel = m.kernel(file, std::move(constants), threads),
                                  .bindings = std::move(bindings),
                                  .groups = (columns + threads - 1) / threads});
  return operation;
}

}  // namespace

Operation make_rms_norm(Machine& m, const graph::Node& node, const graph::RmsNorm& norm) {
  constexpr std::int64_t norm_threads = 128;
  const std::int64_t columns = m.width(node.outputs[0]);
  const std::int64_t runs = columns / norm.width;
  Constants constants{{"RUN", std::int64_t{norm.width}}, {"RUNS", runs}, {"EPSILON", norm.epsilon}};
  std::vector<gpu::Binding> bindings{
      {0, m.value(node.inputs[0])}, {1, m.vector(norm.weight)}, {2, m.value(node.outputs[0])}};
  if (node.inputs.size() > 1) {
    constants["RESIDUAL"] = std::int64_t{1};
    bindings.push_back({3, m.value(node.inputs[1])});
  }
  if (norm.factor) {
    constants["FACTOR"] = std::int64_t{1};
    bindings.push_back({4, m.vector(*norm.factor)});
  }
  Operation operation{.work = columns};
  operation.dispatches.push_back({.kernel = m.kernel("rms_norm", std::move(constants), norm_threads),
                                  .bindings = std::move(bindings),
                                  .groups = runs});
  return operation;
}

Operation make_layer_norm(Machine& m, const graph::Node& node, const graph::LayerNorm& norm) {
  constexpr std::int64_t norm_threads = 128;
  const std::int64_t columns = m.width(node.outputs[0]);
  std::vector<gpu::Binding> bindings{
      {0, m.value(node.inputs[0])}, {1, m.vector(norm.weight)}, {2, m.value(node.outputs[0])}};
  if (norm.bias) bindings.push_back({3, m.vector(*norm.bias)});
  const Constants constants{
      {"COLUMNS", columns}, {"EPSILON", norm.epsilon}, {"BIAS", std::int64_t{norm.bias.has_value()}}};
  Operation operation{.work = columns};
  operation.dispatches.push_back(
      {.kernel = m.kernel("layer_norm", constants, norm_threads), .bindings = std::move(bindings), .groups = 1});
  return operation;
}

Operation make_add(Machine& m, const graph::Node& node) {
  return elementwise(m, node, "add", {},
                     {{0, m.value(node.inputs[0])}, {1, m.value(node.inputs[1])}, {2, m.value(node.outputs[0])}});
}

Operation make_multiply(Machine& m, const graph::Node& node) {
  return elementwise(m, node, "multiply", {{"FACTORS", m.width(node.inputs[1])}},
                     {{0, m.value(node.inputs[0])}, {1, m.value(node.inputs[1])}, {2, m.value(node.outputs[0])}});
}

Operation make_scale(Machine& m, const graph::Node& node, const graph::Scale& scale) {
  return elementwise(m, node, "scale", {},
                     {{0, m.value(node.inputs[0])}, {1, m.vector(scale.factor)}, {2, m.value(node.outputs[0])}});
}

Operation make_top_softmax(Machine& m, const graph::Node& node, const graph::TopSoftmax& softmax) {
  return elementwise(m, node, "top_softmax", {{"COUNT", std::int64_t{softmax.count}}},
                     {{0, m.value(node.inputs[0])}, {2, m.value(node.outputs[0])}});
}

Operation make_activate(Machine& m, const graph::Node& node, const graph::Activate& activate) {
  return elementwise(m, node, "activate", {{constant_name(name_of(activate.activation)), std::int64_t{1}}},
                     {{0, m.value(node.inputs[0])}, {2, m.value(node.outputs[0])}});
}

Operation make_slice(Machine& m, const graph::Node& node, const graph::Slice& slice) {
  return elementwise(m, node, "slice", {{"BEGIN", std::int64_t{slice.begin}}, {"INPUTS", m.width(node.inputs[0])}},
                     {{0, m.value(node.inputs[0])}, {2, m.value(node.outputs[0])}});
}

Operation make_gate(Machine& m, const graph::Node& node, const graph::Gate& gate) {
  return elementwise(m, node, "gate",
                     {{"BEGIN", std::int64_t{gate.begin}},
                      {"INPUTS", m.width(node.inputs[1])},
                      {constant_name(name_of(gate.activation)), std::int64_t{1}}},
                     {{0, m.value(node.inputs[0])}, {1, m.value(node.inputs[1])}, {2, m.value(node.outputs[0])}});
}

// A dispatch for each input, which puts its columns where they stand among those of all.
Operation make_concatenate(Machine& m, const graph::Node& node) {
  const std::int64_t outputs = m.width(node.outputs[0]);
  Operation operation{.work = outputs};
  std::int64_t begin = 0;
  for (const graph::ValueId input : node.inputs) {
    const std::int64_t columns = m.width(input);
    const Constants constants{{"COLUMNS", columns}, {"BEGIN", begin}, {"OUTPUTS", outputs}};
    operation.dispatches.push_back({.kernel = m.kernel("concatenate", constants, threads),
                                    .bindings = {{0, m.value(input)}, {2, m.value(node.outputs[0])}},
                                    .groups = (columns + threads - 1) / threads});
    begin += columns;
  }
  return operation;
}

Operation make_select_rows(Machine& m, const graph::Node& node) {
  return elementwise(m, node, "select_rows", {},
                     {{0, m.value(node.inputs[0])}, {1, m.selected}, {2, m.value(node.outputs[0])}});
}

Operation make_pool(Machine& m, const graph::Node& node, const graph::Pool& pool) {
  const std::int64_t columns = m.width(node.inputs[0]);
  Operation operation{.work = columns};
  for (std::size_t i = 0; i < pool.modes.size(); ++i) {
    const Constants constants{{"COLUMNS", columns},
                              {"OUTPUTS", m.width(node.outputs[0])},
                              {"BEGIN", static_cast<std::int64_t>(i) * columns},
                              {constant_name(name_of(pool.modes[i])), std::int64_t{1}}};
    operation.dispatches.push_back(
        {.kernel = m.kernel("pool", constants, threads),
         .bindings = {{0, m.step}, {1, m.value(node.inputs[0])}, {2, m.selected}, {3, m.value(node.outputs[0])}},
         .groups = (columns + threads - 1) / threads});
  }
  return operation;
}

}  // namespace gerbil::webgpu
