// Operations that do little for each element: an invocation an element, or a workgroup a run of them.
#include "backends/webgpu/operations.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::int64_t threads = 64;

Operation elementwise(Machine& m, const graph::Node& node, std::string_view file, Constants constants,
                      std::vector<gpu::Binding> bindings) {
  const std::int64_t columns = m.width(node.output);
  constants["COLUMNS"] = columns;
  Operation operation{m.graph.value(node.output).rows, columns, {}};
  operation.dispatches.push_back({.kernel = m.kernel(file, std::move(constants), threads),
                                  .bindings = std::move(bindings),
                                  .groups = (columns + threads - 1) / threads});
  return operation;
}

}  // namespace

Operation make_rms_norm(Machine& m, const graph::Node& node, const graph::RmsNorm& norm) {
  constexpr std::int64_t norm_threads = 128;
  const std::int64_t columns = m.width(node.output);
  const std::int64_t runs = columns / norm.width;
  Operation operation{m.graph.value(node.output).rows, columns, {}};
  operation.dispatches.push_back(
      {.kernel = m.kernel("rms_norm", {{"RUN", std::int64_t{norm.width}}, {"RUNS", runs}, {"EPSILON", norm.epsilon}},
                          norm_threads),
       .bindings = {{0, m.value(node.inputs[0])}, {1, m.vector(norm.weight)}, {2, m.value(node.output)}},
       .groups = runs});
  return operation;
}

Operation make_add(Machine& m, const graph::Node& node) {
  return elementwise(m, node, "add", {},
                     {{0, m.value(node.inputs[0])}, {1, m.value(node.inputs[1])}, {2, m.value(node.output)}});
}

Operation make_multiply(Machine& m, const graph::Node& node) {
  return elementwise(m, node, "multiply", {},
                     {{0, m.value(node.inputs[0])}, {1, m.value(node.inputs[1])}, {2, m.value(node.output)}});
}

Operation make_activate(Machine& m, const graph::Node& node, const graph::Activate& activate) {
  return elementwise(m, node, "activate", {{activation_constant(activate.activation), std::int64_t{1}}},
                     {{0, m.value(node.inputs[0])}, {2, m.value(node.output)}});
}

Operation make_slice(Machine& m, const graph::Node& node, const graph::Slice& slice) {
  return elementwise(m, node, "slice", {{"BEGIN", std::int64_t{slice.begin}}, {"INPUTS", m.width(node.inputs[0])}},
                     {{0, m.value(node.inputs[0])}, {2, m.value(node.output)}});
}

Operation make_select_rows(Machine& m, const graph::Node& node) {
  return elementwise(m, node, "select_rows", {},
                     {{0, m.value(node.inputs[0])}, {1, m.selected}, {2, m.value(node.output)}});
}

}  // namespace gerbil::webgpu
