#include "kernels/cpu/panels.hpp"

#include <algorithm>

#include "base/float16.hpp"

namespace gerbil::kernels {
namespace {

float load_element(Element element, const void* from, std::size_t index) {
  switch (element) {
    case Element::f16:
      return f16_to_f32(static_cast<const std::uint16_t*>(from)[index]);
    case Element::bf16:
      return bf16_to_f32(static_cast<const std::uint16_t*>(from)[index]);
    case Element::i8:
      return static_cast<const std::int8_t*>(from)[index];
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
    case Element::i8:
      std::transform(from, from + count, static_cast<std::int8_t*>(to),
                     [](float value) { return static_cast<std::int8_t>(value); });
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

namespace {

// Calls visit(first column, plane, its byte of row 0) for every run of 128 bytes of a panel.
template <typename Byte, typename Visit>
void for_each_run(const CodedPanels& w, std::int64_t panel, Byte* codes, const Visit& visit) {
  codes += panel * w.panel_code_bytes();
  const std::int64_t block = block_columns(w.bits);
  for (std::int64_t begin = 0; begin < w.columns; begin += block) {
    for (const Plane& plane : planes_of(w.bits)) {
      if (plane.bits == 0) continue;
      for (std::int64_t column = begin; column < begin + block; column += run_columns(plane), codes += 4 * panel_rows) {
        visit(column, plane, codes);
      }
    }
  }
}

}  // namespace

void pack_codes(const CodedPanels& to, std::int64_t panel, const std::uint8_t* codes) {
  for_each_run(to, panel, to.codes, [&](std::int64_t column, Plane plane, std::uint8_t* out) {
    const int mask = (1 << plane.bits) - 1;
    for (std::int64_t row = 0; row < panel_rows; ++row) {
      const std::uint8_t* from = codes + row * to.columns + column;
      for (int i = 0; i < 4; ++i) {
        int byte = 0;
        for (int k = 0; k < 8 / plane.bits; ++k) byte |= (from[4 * k + i] >> plane.at & mask) << (k * plane.bits);
        *out++ = static_cast<std::uint8_t>(byte);
      }
    }
  });
}

void pack_parameters(std::int64_t groups, const float* scales, const float* biases, float* to) {
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t row = 0; row < panel_rows; ++row) *to++ = scales[row * groups + group];
    if (biases == nullptr) continue;
    for (std::int64_t row = 0; row < panel_rows; ++row) *to++ = biases[row * groups + group];
  }
}

void unpack_coded_row(const CodedPanels& from, std::int64_t row, float* out) {
  std::fill_n(out, from.columns, 0.0f);
  const std::int64_t panel = row / panel_rows;
  const std::int64_t lane = row % panel_rows;
  for_each_run(from, panel, from.codes, [&](std::int64_t column, Plane plane, const std::uint8_t* codes) {
    const int mask = (1 << plane.bits) - 1;
    for (int i = 0; i < run_columns(plane); ++i) {
      const int part = codes[lane * 4 + i % 4] >> (i / 4 * plane.bits) & mask;
      out[column + i] += static_cast<float>(part << plane.at);
    }
  });
  for (std::int64_t group = 0; group < from.groups(); ++group) {
    const auto parameter = [&](Element element, const void* numbers, std::int64_t a_panel, std::int64_t g, bool bias) {
      return load_element(
          element, numbers,
          static_cast<std::size_t>(panel * a_panel + g * from.stride() + (bias ? panel_rows : 0) + lane));
    };
    const auto both = [&](bool bias) {
      const float inner = parameter(from.parameter, from.parameters, from.panel_parameters(), group, bias);
      if (from.outer_groups == 0) return inner;
      return inner * parameter(from.outer_element, from.outer, from.panel_outer(), group / from.outer_groups, bias);
    };
    const float scale = both(false);
    const float bias = from.biased ? both(true) : 0.0f;
    for (float* end = out + from.group; out < end; ++out) {
      const float level = from.table ? static_cast<float>(from.levels[static_cast<int>(*out)]) : *out;
      *out = scale * (level - static_cast<float>(from.zero)) * from.unit + bias;
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
