#include "backends/cpu/matrix.hpp"

#include <algorithm>
#include <numeric>

namespace gerbil::cpu {
namespace {

using kernels::AffinePanels;
using kernels::DensePanels;
using kernels::DenseRows;
using kernels::panel_rows;

// Calls read(source, count, lane) for each run of consecutive weight rows in a panel.
template <typename Read>
void for_each_run(RowOrder order, std::int64_t rows, std::int64_t panel, const Read& read) {
  for (std::int64_t lane = 0; lane < panel_rows;) {
    const std::int64_t first = source_row(order, rows, panel * panel_rows + lane);
    std::int64_t count = 1;
    while (first >= 0 && lane + count < panel_rows &&
           source_row(order, rows, panel * panel_rows + lane + count) == first + count) {
      ++count;
    }
    if (first >= 0) read(first, count, lane);
    lane += count;
  }
}

kernels::Element element_of(const formats::Dense& dense) {
  switch (dense.dtype) {
    case DType::f16:
      return kernels::Element::f16;
    case DType::bf16:
      return kernels::Element::bf16;
    default:
      return kernels::Element::f32;
  }
}

Matrix pack_dense(const formats::Weight& weight, const formats::Dense& dense, RowOrder order, ThreadPool& pool) {
  Matrix matrix{weight.rows, weight.columns, DensePanels{}, {}, {}, {}};
  DensePanels& panels = std::get<DensePanels>(matrix.panels);
  panels.element = element_of(dense);
  panels.rows = packed_rows(order, weight.rows);
  panels.columns = weight.columns;
  const std::int64_t elements = panels.rows * panels.columns;
  matrix.codes = kernels::Buffer(static_cast<std::size_t>(elements * element_bytes(panels.element)), true);
  panels.elements = matrix.codes.data();
  pool.run_throwing(panels.panels(), [&](std::int64_t panel) {
    std::vector<float> values(static_cast<std::size_t>(panel_rows * weight.columns));
    for_each_run(order, weight.rows, panel, [&](std::int64_t row, std::int64_t count, std::int64_t lane) {
      dense.read(row, count, values.data() + lane * weight.columns);
    });
    pack_dense_panel(panels, panel, values.data());
  });
  return matrix;
}

// How the weight's groups become the kernels' groups of 32, 64 or 128: longer groups are cut into several with equal
// scales, others are padded to a multiple of 32.
struct Grouping {
  std::int64_t padded = 0;  // columns of a weight's group after padding
  int group = 0;            // of the kernels
};

Grouping grouping(int group) {
  const std::int64_t padded = (group + 31) / 32 * 32;
  return {padded, padded % 128 == 0 ? 128 : padded % 64 == 0 ? 64 : 32};
}

std::vector<std::int32_t> gather_of(const formats::Weight& weight, const formats::Affine& affine, Grouping grouping) {
  if (!affine.permutation && grouping.padded == affine.group) return {};
  std::vector<std::int32_t> gather;
  for (std::int64_t begin = 0; begin < weight.columns; begin += affine.group) {
    for (std::int64_t i = 0; i < grouping.padded; ++i) {
      const std::int64_t column = begin + i;
      gather.push_back(i >= affine.group    ? -1
                       : affine.permutation ? static_cast<std::int32_t>((*affine.permutation)[column])
                                            : static_cast<std::int32_t>(column));
    }
  }
  return gather;
}

// Codes and parameters of a panel as the weight has them, and spread to the kernels' groups.
struct PanelRows {
  std::vector<std::uint8_t> codes;
  std::vector<float> scales;
  std::vector<float> biases;
  PanelRows(std::int64_t columns, std::int64_t groups)
      : codes(static_cast<std::size_t>(panel_rows * columns)),
        scales(static_cast<std::size_t>(panel_rows * groups)),
        biases(static_cast<std::size_t>(panel_rows * groups)) {}
};

void spread(const PanelRows& from, int group, std::int64_t groups, Grouping grouping, PanelRows& to) {
  const std::int64_t parts = grouping.padded / grouping.group;
  for (std::int64_t i = 0; i < panel_rows * groups; ++i) {
    std::copy_n(from.codes.data() + i * group, group, to.codes.data() + i * grouping.padded);
    std::fill_n(to.scales.data() + i * parts, parts, from.scales[static_cast<std::size_t>(i)]);
    std::fill_n(to.biases.data() + i * parts, parts, from.biases[static_cast<std::size_t>(i)]);
  }
}

Matrix pack_affine(const formats::Weight& weight, const formats::Affine& affine, RowOrder order, ThreadPool& pool) {
  const Grouping grouped = grouping(affine.group);
  const std::int64_t groups = weight.columns / affine.group;
  Matrix matrix{weight.rows, weight.columns, AffinePanels{}, gather_of(weight, affine, grouped), {}, {}};
  AffinePanels& panels = std::get<AffinePanels>(matrix.panels);
  panels.code_bits = affine.bits <= 4 ? 4 : 8;
  panels.eighth_bit = affine.bits == 8;
  panels.group = grouped.group;
  panels.rows = packed_rows(order, weight.rows);
  panels.columns = groups * grouped.padded;
  matrix.codes = kernels::Buffer(static_cast<std::size_t>(panels.panels() * panels.panel_code_bytes()), true);
  panels.codes = matrix.codes.as<std::uint8_t>();
  const std::int64_t count = panels.panels() * panels.panel_parameters();
  const kernels::Buffer parameters(static_cast<std::size_t>(count) * sizeof(float));
  pool.run_throwing(panels.panels(), [&](std::int64_t panel) {
    PanelRows rows(weight.columns, groups);
    for_each_run(order, weight.rows, panel, [&](std::int64_t row, std::int64_t run, std::int64_t lane) {
      affine.read(row, run, rows.codes.data() + lane * weight.columns, rows.scales.data() + lane * groups,
                  rows.biases.data() + lane * groups);
    });
    float* to = parameters.as<float>() + panel * panels.panel_parameters();
    if (grouped.padded == affine.group && grouped.group == affine.group) {
      pack_affine_panel(panels, panel, rows.codes.data(), rows.scales.data(), rows.biases.data(), to);
      return;
    }
    PanelRows wide(panels.columns, panels.groups());
    spread(rows, affine.group, groups, grouped, wide);
    pack_affine_panel(panels, panel, wide.codes.data(), wide.scales.data(), wide.biases.data(), to);
  });
  panels.parameter = kernels::exact_element(parameters.as<float>(), count);
  matrix.parameters = kernels::Buffer(static_cast<std::size_t>(count * element_bytes(panels.parameter)), true);
  panels.parameters = matrix.parameters.data();
  kernels::store_elements(panels.parameter, parameters.as<float>(), count, panels.parameters);
  return matrix;
}

}  // namespace

std::int64_t packed_rows(RowOrder order, std::int64_t rows) {
  const std::int64_t width = order == RowOrder::gated ? panel_rows / 2 : panel_rows;
  const std::int64_t outputs = order == RowOrder::gated ? rows / 2 : rows;
  return (outputs + width - 1) / width * panel_rows;
}

std::int64_t source_row(RowOrder order, std::int64_t rows, std::int64_t packed_row) {
  if (order == RowOrder::plain) return packed_row < rows ? packed_row : -1;
  const std::int64_t half = panel_rows / 2;
  const std::int64_t lane = packed_row % panel_rows;
  const std::int64_t output = packed_row / panel_rows * half + lane % half;
  return output < rows / 2 ? output + (lane < half ? 0 : rows / 2) : -1;
}

Matrix pack(const formats::Weight& weight, RowOrder order, ThreadPool& pool) {
  if (const auto* affine = std::get_if<formats::Affine>(&weight.form)) return pack_affine(weight, *affine, order, pool);
  return pack_dense(weight, std::get<formats::Dense>(weight.form), order, pool);
}

Matrix pack_table(const formats::Weight& weight, ThreadPool& pool) {
  const auto* dense = std::get_if<formats::Dense>(&weight.form);
  if (!dense) return pack(weight, RowOrder::plain, pool);
  Matrix matrix{weight.rows, weight.columns, DenseRows{element_of(*dense), weight.columns, nullptr}, {}, {}, {}};
  DenseRows& table = std::get<DenseRows>(matrix.panels);
  const std::int64_t row_bytes = weight.columns * element_bytes(table.element);
  matrix.codes = kernels::Buffer(static_cast<std::size_t>(weight.rows * row_bytes), true);
  table.elements = matrix.codes.data();
  constexpr std::int64_t run = 256;  // rows
  pool.run_throwing((weight.rows + run - 1) / run, [&](std::int64_t index) {
    const std::int64_t first = index * run;
    const std::int64_t count = std::min(run, weight.rows - first);
    std::byte* to = matrix.codes.data() + first * row_bytes;
    if (table.element == kernels::Element::f32) return dense->read(first, count, reinterpret_cast<float*>(to));
    std::vector<float> values(static_cast<std::size_t>(count * weight.columns));
    dense->read(first, count, values.data());
    kernels::store_elements(table.element, values.data(), std::ssize(values), to);
  });
  return matrix;
}

std::int64_t packed_columns(const Matrix& matrix) {
  return std::visit([](const auto& panels) { return panels.columns; }, matrix.panels);
}

void read_row(const Matrix& matrix, std::int64_t row, float* scratch, float* out) {
  if (const auto* table = std::get_if<DenseRows>(&matrix.panels)) return unpack_dense_row(*table, row, out);
  const AffinePanels* affine = matrix.affine();
  if (!affine) return unpack_dense_row(std::get<DensePanels>(matrix.panels), row, out);
  if (matrix.gather.empty()) return unpack_affine_row(*affine, row, out);
  unpack_affine_row(*affine, row, scratch);
  for (std::size_t i = 0; i < matrix.gather.size(); ++i) {
    if (matrix.gather[i] >= 0) out[matrix.gather[i]] = scratch[i];
  }
}

}  // namespace gerbil::cpu
