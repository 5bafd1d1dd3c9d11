#include "backends/cpu/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace gerbil::cpu {
namespace {

using kernels::CodedPanels;
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
  Matrix matrix{weight.rows, weight.columns, DensePanels{}};
  DensePanels& panels = std::get<DensePanels>(matrix.panels);
  panels.element = element_of(dense);
  panels.rows = packed_rows(order, weight.rows);
  panels.columns = weight.columns;
  const std::int64_t elements = panels.rows * panels.columns;
  matrix.codes = kernels::Buffer(static_cast<std::uint64_t>(elements * element_bytes(panels.element)), true);
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

// The kernels' groups are multiples of 16: others are padded.
int padded(int group) { return (group + 15) / 16 * 16; }

std::vector<std::int32_t> gather_of(const formats::Weight& weight, const formats::Coded& coded) {
  if (!coded.permutation && padded(coded.group) == coded.group) return {};
  std::vector<std::int32_t> gather;
  for (std::int64_t begin = 0; begin < weight.columns; begin += coded.group) {
    for (std::int64_t i = 0; i < padded(coded.group); ++i) {
      const std::int64_t column = begin + i;
      gather.push_back(i >= coded.group    ? -1
                       : coded.permutation ? static_cast<std::int32_t>((*coded.permutation)[column])
                                           : static_cast<std::int32_t>(column));
    }
  }
  return gather;
}

// The bits that codes are stored in: those that a block of the layout is longer than a group of are widened.
int stored_bits(int bits, int group) {
  while (bits == 7 || group % kernels::block_columns(bits) != 0) ++bits;
  return bits;
}

// Levels of a table as bytes: table[code] = unit · (levels[code] − zero). False when there are no such bytes.
bool whole_levels(const formats::Coded& coded, CodedPanels& panels) {
  if (coded.biased || coded.table.size() > std::size(panels.levels)) return false;
  for (int exponent = 8; exponent >= -16; --exponent) {
    const float unit = std::ldexp(1.0f, exponent);
    const auto whole = [&](float level) { return level / unit == std::round(level / unit); };
    if (!std::ranges::all_of(coded.table, whole)) continue;
    const auto [low, high] = std::ranges::minmax(coded.table);
    if ((high - low) / unit > 255.0f || std::abs(low) / unit > 0x1p20f) return false;
    panels.unit = unit;
    panels.zero = -static_cast<int>(low / unit);
    std::ranges::transform(coded.table, panels.levels,
                           [&](float level) { return static_cast<std::uint8_t>((level - low) / unit); });
    return true;
  }
  return false;
}

// Numbers in the narrowest type that holds them all, and that type.
kernels::Buffer narrowed(const kernels::Buffer& numbers, bool whole, kernels::Element& element) {
  const auto* from = numbers.as<float>();
  const auto count = static_cast<std::int64_t>(numbers.size() / sizeof(float));
  const auto is_byte = [](float v) { return v >= -128.0f && v <= 127.0f && v == std::round(v); };
  element =
      whole && std::all_of(from, from + count, is_byte) ? kernels::Element::i8 : kernels::exact_element(from, count);
  kernels::Buffer result(static_cast<std::size_t>(count * element_bytes(element)), true);
  kernels::store_elements(element, from, count, result.data());
  return result;
}

kernels::Buffer floats(std::int64_t count) {
  return kernels::Buffer(static_cast<std::uint64_t>(count) * sizeof(float));
}

Matrix pack_coded(const formats::Weight& weight, const formats::Coded& coded, CodedPanels panels, RowOrder order,
                  ThreadPool& pool) {
  const std::int64_t groups = weight.columns / coded.group;
  panels.group = padded(coded.group);
  panels.bits = panels.table ? 4 : stored_bits(coded.bits, panels.group);
  panels.eighth_bit = coded.bits == 8;
  panels.biased = coded.biased;
  panels.rows = packed_rows(order, weight.rows);
  panels.columns = groups * panels.group;
  panels.outer_groups = coded.outer / coded.group;
  Matrix matrix{weight.rows, weight.columns, panels, gather_of(weight, coded)};
  CodedPanels& to = std::get<CodedPanels>(matrix.panels);
  matrix.codes = kernels::Buffer(static_cast<std::uint64_t>(to.panels() * to.panel_code_bytes()), true);
  to.codes = matrix.codes.as<std::uint8_t>();
  const kernels::Buffer parameters = floats(to.panels() * to.panel_parameters());
  const kernels::Buffer outer = floats(to.panels() * to.panel_outer());
  const auto or_null = [](const std::vector<float>& numbers) { return numbers.empty() ? nullptr : numbers.data(); };
  pool.run_throwing(to.panels(), [&](std::int64_t panel) {
    formats::CodedRows rows(coded, weight.columns, panel_rows);
    for_each_run(order, weight.rows, panel,
                 [&](std::int64_t row, std::int64_t run, std::int64_t lane) { coded.read(row, run, rows.from(lane)); });
    if (to.columns != weight.columns) {
      std::vector<std::uint8_t> wide(static_cast<std::size_t>(panel_rows * to.columns));
      for (std::int64_t i = 0; i < panel_rows * groups; ++i) {
        std::copy_n(rows.codes.data() + i * coded.group, coded.group, wide.data() + i * to.group);
      }
      rows.codes = std::move(wide);
    }
    pack_codes(to, panel, rows.codes.data());
    kernels::pack_parameters(groups, rows.scales.data(), or_null(rows.biases),
                             parameters.as<float>() + panel * to.panel_parameters());
    if (to.outer_groups == 0) return;
    kernels::pack_parameters(groups / to.outer_groups, rows.outer_scales.data(), or_null(rows.outer_biases),
                             outer.as<float>() + panel * to.panel_outer());
  });
  matrix.parameters = narrowed(parameters, to.outer_groups != 0, to.parameter);
  to.parameters = matrix.parameters.data();
  if (to.outer_groups == 0) return matrix;
  matrix.outer = narrowed(outer, false, to.outer_element);
  to.outer = matrix.outer.data();
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
  const auto* coded = std::get_if<formats::Coded>(&weight.form);
  if (!coded) return pack_dense(weight, std::get<formats::Dense>(weight.form), order, pool);
  CodedPanels panels;
  panels.zero = coded->biased ? 0 : coded->zero;
  panels.table = !coded->table.empty();
  if (!panels.table || whole_levels(*coded, panels)) return pack_coded(weight, *coded, panels, order, pool);
  const formats::Dense decoded{DType::f32, [&](std::int64_t row, std::int64_t count, float* out) {
                                 formats::read_dense(weight, row, count, out);
                               }};
  Matrix matrix = pack_dense(weight, decoded, order, pool);
  matrix.decoded = true;
  return matrix;
}

Matrix pack_table(const formats::Weight& weight, ThreadPool& pool) {
  const auto* dense = std::get_if<formats::Dense>(&weight.form);
  if (!dense) return pack(weight, RowOrder::plain, pool);
  Matrix matrix{weight.rows, weight.columns, DenseRows{element_of(*dense), weight.columns, nullptr}};
  DenseRows& table = std::get<DenseRows>(matrix.panels);
  const std::int64_t row_bytes = weight.columns * element_bytes(table.element);
  matrix.codes = kernels::Buffer(static_cast<std::uint64_t>(weight.rows * row_bytes), true);
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
  const CodedPanels* coded = matrix.coded();
  if (!coded) return unpack_dense_row(std::get<DensePanels>(matrix.panels), row, out);
  if (matrix.gather.empty()) return unpack_coded_row(*coded, row, out);
  unpack_coded_row(*coded, row, scratch);
  for (std::size_t i = 0; i < matrix.gather.size(); ++i) {
    if (matrix.gather[i] >= 0) out[matrix.gather[i]] = scratch[i];
  }
}

}  // namespace gerbil::cpu
