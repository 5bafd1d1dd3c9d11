#include "kernels/cpu/panels.hpp"

#include <algorithm>

#include "base/float16.hpp"

namespace gerbil::kernels {
namespace {

std::size_t parameter_index(const AffinePanels& w, std::int64_t row, std::int64_t group) {
  return static_cast<std::size_t>(row / panel_rows * w.panel_parameters() + group * 2 * panel_rows + row % panel_rows);
}

float load_element(Element element, const void* from, std::size_t index) {
  switch (element) {
    case Element::f16:
      return f16_to_f32(static_cast<const std::uint16_t*>(from)[index]);
    case Element::bf16:
      return bf16_to_f32(static_cast<const std::uint16_t*>(from)[index]);
    case Element::f32:
      break;
  }
  return static_cast<const float*>(from)[index];
}

std::byte* dense_panel_data(const DensePanels& w, std::int64_t panel) {
  return static_cast<std::byte*>(w.elements) + panel * panel_rows * w.columns * element_bytes(w.element);
}

}  // namespace

void store_elements(Element element, const float* from, std::int64_t count, void* to) {
  switch (element) {
    case Element::f16:
      std::transform(from, from + count, static_cast<std::uint16_t*>(to), f32_to_f16);
      break;
    case Element::bf16:
      std::transform(from, from + count, static_cast<std::uint16_t*>(to), f32_to_bf16);
      break;
    case Element::f32:
      std::copy_n(from, count, static_cast<float*>(to));
      break;
  }
}

Element exact_element(const float* values, std::int64_t count) {
  bool f16 = true;
  bool bf16 = true;
  for (std::int64_t i = 0; i < count && (f16 || bf16); ++i) {
    f16 = f16 && f16_to_f32(f32_to_f16(values[i])) == values[i];
    bf16 = bf16 && bf16_to_f32(f32_to_bf16(values[i])) == values[i];
  }
  return f16 ? Element::f16 : bf16 ? Element::bf16 : Element::f32;
}

void pack_affine_panel(const AffinePanels& to, std::int64_t panel, const std::uint8_t* codes, const float* scales,
                       const float* biases, float* parameters) {
  std::uint8_t* out = to.codes + panel * to.panel_code_bytes();
  const std::int64_t step = to.code_bits == 4 ? 8 : 4;
  for (std::int64_t column = 0; column < to.columns; column += step) {
    for (std::int64_t row = 0; row < panel_rows; ++row) {
      const std::uint8_t* from = codes + row * to.columns + column;
      for (int i = 0; i < 4; ++i) {
        *out++ = step == 8 ? static_cast<std::uint8_t>(from[i] | from[i + 4] << 4) : from[i];
      }
    }
  }
  const std::int64_t groups = to.groups();
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t row = 0; row < panel_rows; ++row) *parameters++ = scales[row * groups + group];
    for (std::int64_t row = 0; row < panel_rows; ++row) *parameters++ = biases[row * groups + group];
  }
}

void unpack_affine_row(const AffinePanels& from, std::int64_t row, float* out) {
  const std::uint8_t* codes = from.codes + row / panel_rows * from.panel_code_bytes() + row % panel_rows * 4;
  for (std::int64_t group = 0; group < from.groups(); ++group) {
    const std::size_t parameter = parameter_index(from, row, group);
    const float scale = load_element(from.parameter, from.parameters, parameter);
    const float bias = load_element(from.parameter, from.parameters, parameter + panel_rows);
    const auto value = [&](int code) { return scale * static_cast<float>(code) + bias; };
    const std::int64_t step = from.code_bits == 4 ? 8 : 4;
    for (std::int64_t column = 0; column < from.group; column += step, codes += 4 * panel_rows, out += step) {
      for (int i = 0; i < 4; ++i) {
        out[i] = value(step == 8 ? codes[i] & 15 : codes[i]);
        if (step == 8) out[i + 4] = value(codes[i] >> 4);
      }
    }
  }
}

void pack_dense_panel(const DensePanels& to, std::int64_t panel, const float* values) {
  std::byte* out = dense_panel_data(to, panel);
  float column_values[panel_rows];
  for (std::int64_t column = 0; column < to.columns; ++column) {
    for (std::int64_t row = 0; row < panel_rows; ++row) column_values[row] = values[row * to.columns + column];
    store_elements(to.element, column_values, panel_rows, out);
    out += panel_rows * element_bytes(to.element);
  }
}

void unpack_dense_row(const DensePanels& from, std::int64_t row, float* out) {
  const std::byte* panel = dense_panel_data(from, row / panel_rows);
  for (std::int64_t column = 0; column < from.columns; ++column) {
    out[column] = load_element(from.element, panel, static_cast<std::size_t>(column * panel_rows + row % panel_rows));
  }
}

void unpack_dense_row(const DenseRows& from, std::int64_t row, float* out) {
  const auto first = static_cast<std::size_t>(row * from.columns);
  if (from.element == Element::f32) {
    std::copy_n(static_cast<const float*>(from.elements) + first, from.columns, out);
    return;
  }
  for (std::int64_t column = 0; column < from.columns; ++column) {
    out[column] = load_element(from.element, from.elements, first + static_cast<std::size_t>(column));
  }
}

}  // namespace gerbil::kernels
