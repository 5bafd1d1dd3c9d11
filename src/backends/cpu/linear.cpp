#include <algorithm>
#include <cstring>

#include "backends/cpu/operations.hpp"
#include "backends/cpu/rows.hpp"
#include "kernels/cpu/coded.hpp"
#include "kernels/cpu/dense.hpp"
#include "kernels/cpu/epilogue.hpp"
#include "kernels/cpu/prepare.hpp"
#include "kernels/cpu/rms_norm.hpp"

namespace gerbil::cpu {
namespace {

using kernels::CodedPanels;
using kernels::DensePanels;
using kernels::GroupFactors;

// Tokens whose activations stay in a core's cache while the panels of a weight pass by.
constexpr std::int64_t token_block = 96;
// Bytes of weight that one task reads at least: enough to make handing out tasks cheap.
constexpr std::int64_t task_bytes = 256 << 10;

struct Projection {
  graph::ValueId input;
  std::optional<graph::ValueId> residual;
  graph::ValueId output;
  const Matrix* matrix = nullptr;
  const float* norm = nullptr;
  float epsilon = 0.0f;
  bool exact = false;
  std::vector<float> bias;  // in packed row order
  kernels::Epilogue epilogue;
};

// Where the kernels read row `t` of the activations: the value itself when nothing has to happen to it.
bool reads_value(const Projection& p) { return !p.matrix->coded() && !p.norm; }

// Of a coded matrix.
std::int64_t factors_a_token(const Projection& p) {
  return p.exact ? p.matrix->coded()->groups() : p.matrix->coded()->activation_groups();
}

void prepare_token(const Projection& p, Machine& m, std::int64_t t, float* scratch) {
  const std::int64_t columns = packed_columns(*p.matrix);
  const CodedPanels* coded = p.matrix->coded();
  const float* x = m.value(p.input) + t * p.matrix->columns;
  const bool keep_floats = !coded || p.exact;
  float* floats = keep_floats ? m.floats.as<float>() + t * columns : nullptr;
  if (p.norm) {
    float* normed = keep_floats && p.matrix->gather.empty() ? floats : scratch;
    kernels::rms_norm(x, p.norm, p.epsilon, p.matrix->columns, normed);
    x = normed;
    scratch += p.matrix->columns;
  }
  if (!coded) return;
  if (!p.matrix->gather.empty()) {
    float* gathered = keep_floats ? floats : scratch;
    kernels::gather_row(x, p.matrix->gather.data(), columns, gathered);
    x = gathered;
  } else if (keep_floats && x != floats) {
    std::memcpy(floats, x, static_cast<std::size_t>(columns) * sizeof(float));
    x = floats;
  }
  GroupFactors* factors = m.factors.as<GroupFactors>() + t * factors_a_token(p);
  if (p.exact) {
    kernels::sum_groups(x, columns, coded->group, factors);
  } else {
    kernels::quantize_row(x, columns, coded->activation_group(), coded->group, m.codes.as<std::int8_t>() + t * columns,
                          factors);
  }
}

void multiply_panel(const Projection& p, const Machine& m, std::int64_t panel, std::int64_t token, std::int64_t count,
                    float* sums) {
  const std::int64_t first = token * packed_columns(*p.matrix);
  const auto floats = [&] { return (reads_value(p) ? m.value(p.input) : m.floats.as<float>()) + first; };
  const CodedPanels* coded = p.matrix->coded();
  if (!coded) {
    kernels::dense_panel(std::get<DensePanels>(p.matrix->panels), panel, floats(), count, sums);
    return;
  }
  const GroupFactors* factors = m.factors.as<GroupFactors>() + token * factors_a_token(p);
  if (p.exact) {
    kernels::coded_panel_exact(*coded, panel, floats(), factors, count, sums);
  } else {
    kernels::coded_panel(*coded, panel, m.codes.as<std::int8_t>() + first, factors, count, sums);
  }
}

std::int64_t panel_count(const Matrix& matrix) {
  const CodedPanels* coded = matrix.coded();
  return coded ? coded->panels() : std::get<DensePanels>(matrix.panels).panels();
}

void multiply(const Projection& p, Machine& m, std::int64_t tokens) {
  kernels::Epilogue epilogue = p.epilogue;
  epilogue.bias = p.bias.empty() ? nullptr : p.bias.data();
  epilogue.residual = p.residual ? m.value(*p.residual) : nullptr;
  epilogue.out = m.value(p.output);
  const std::int64_t panels = panel_count(*p.matrix);
  const std::int64_t panel_bytes = std::max<std::int64_t>(1, p.matrix->bytes() / panels);
  const std::int64_t panels_a_task =
      std::clamp<std::int64_t>(task_bytes / panel_bytes, 1, std::max<std::int64_t>(1, panels / (4 * m.pool.size())));
  const std::int64_t tasks = (panels + panels_a_task - 1) / panels_a_task;
  const std::int64_t blocks = (tokens + token_block - 1) / token_block;
  m.pool.run(static_cast<std::size_t>(tasks * blocks), [&](std::size_t index, std::size_t) {
    const std::int64_t first = static_cast<std::int64_t>(index) / tasks * token_block;
    const std::int64_t count = std::min(token_block, tokens - first);
    const std::int64_t begin = static_cast<std::int64_t>(index) % tasks * panels_a_task;
    const std::int64_t end = std::min(panels, begin + panels_a_task);
    alignas(64) float sums[token_block * kernels::panel_rows];
    for (std::int64_t panel = begin; panel < end; ++panel) {
      multiply_panel(p, m, panel, first, count, sums);
      kernels::finish_panel(epilogue, panel, first, count, sums);
    }
  });
}

std::vector<float> packed_bias(const Machine& m, std::optional<graph::WeightId> bias, RowOrder order,
                               std::int64_t rows) {
  if (!bias) return {};
  std::vector<float> packed(static_cast<std::size_t>(packed_rows(order, rows)));
  for (std::size_t i = 0; i < packed.size(); ++i) {
    const std::int64_t row = source_row(order, rows, static_cast<std::int64_t>(i));
    if (row >= 0) packed[i] = m.vector(*bias)[row];
  }
  return packed;
}

// Rows of prepared activations that the machine has room for grow to what this projection needs.
void reserve(const Projection& p, Machine& m) {
  const auto grow = [&](kernels::Buffer& buffer, std::int64_t bytes_a_token) {
    const auto bytes = static_cast<std::uint64_t>(bytes_a_token * m.options.max_tokens);
    if (buffer.size() < bytes) buffer = kernels::Buffer(bytes);
  };
  const std::int64_t columns = packed_columns(*p.matrix);
  if (p.matrix->coded()) {
    grow(m.factors, factors_a_token(p) * static_cast<std::int64_t>(sizeof(GroupFactors)));
    if (!p.exact) grow(m.codes, columns);
  }
  if (!reads_value(p) && (p.exact || !p.matrix->coded())) {
    grow(m.floats, columns * static_cast<std::int64_t>(sizeof(float)));
  }
  reserve_scratch(m, p.matrix->columns + columns);
}

}  // namespace

bool same_preparation(const graph::Linear& a, const Matrix& matrix_a, const graph::Linear& b, const Matrix& matrix_b) {
  const CodedPanels* coded_a = matrix_a.coded();
  const CodedPanels* coded_b = matrix_b.coded();
  return coded_a && coded_b && a.norm == b.norm && a.epsilon == b.epsilon && coded_a->group == coded_b->group &&
         coded_a->activation_group() == coded_b->activation_group() && matrix_a.gather == matrix_b.gather;
}

Operation make_linear(Machine& machine, const graph::Node& node, const graph::Linear& linear, const Matrix& matrix,
                      bool reuse) {
  Projection p;
  p.input = node.inputs[0];
  if (node.inputs.size() > 1) p.residual = node.inputs[1];
  p.output = node.outputs[0];
  p.matrix = &matrix;
  p.norm = machine.vector(linear.norm);
  p.epsilon = linear.epsilon;
  p.exact = machine.options.exact;
  p.bias = packed_bias(machine, linear.bias, linear.gated ? RowOrder::gated : RowOrder::plain, matrix.rows);
  p.epilogue.activation = linear.activation;
  p.epilogue.gated = linear.gated;
  p.epilogue.softcap = linear.softcap;
  p.epilogue.columns = machine.width(node.outputs[0]);
  reserve(p, machine);
  return [p = std::move(p), reuse](Machine& m) {
    const std::int64_t tokens = m.rows(p.output);
    if (tokens == 0) return;
    if (!reuse && !reads_value(p)) {
      for_each_row(m.pool, tokens,
                   [&](std::int64_t t, std::size_t thread) { prepare_token(p, m, t, m.scratch[thread].data()); });
    }
    multiply(p, m, tokens);
  };
}

}  // namespace gerbil::cpu
