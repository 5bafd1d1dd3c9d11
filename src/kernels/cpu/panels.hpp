// How the kernels want a weight W [rows, columns]: in panels of 32 rows, so that one vector holds the same input of
// consecutive outputs and no sum runs across lanes. Rows and columns are padded with zeros.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gerbil::kernels {

inline constexpr std::int64_t panel_rows = 32;

enum class Element { f32, f16, bf16 };
inline std::int64_t element_bytes(Element element) { return element == Element::f32 ? 4 : 2; }

// w = scale · code + bias. For each panel and each group of columns, in this order:
//   codes, 4 bits: for every 8 columns 128 bytes; byte 4r + i holds columns i (low half) and 4 + i (high half) of row r
//   codes, 8 bits: for every 4 columns 128 bytes; byte 4r + i holds column i of row r
// which is what a dot product of four bytes into 32 bits (VNNI, sdot) reads as one lane a row. In a separate array:
//   parameters: 32 scales, then 32 biases
struct AffinePanels {
  int code_bits = 4;        // 4 or 8; narrower codes are widened
  bool eighth_bit = false;  // codes above 127 may occur
  int group = 32;           // columns that share a scale and a bias: 32, 64 or 128
  Element parameter = Element::f16;
  std::int64_t rows = 0;     // multiple of panel_rows
  std::int64_t columns = 0;  // multiple of group
  std::uint8_t* codes = nullptr;
  void* parameters = nullptr;

  std::int64_t groups() const { return columns / group; }
  // Columns whose activations are rounded with one scale, however many share one of the weight's. An outlier coarsens
  // its neighbours, which is what 8-bit codes lose most by: docs/quantization.md.
  static constexpr int activation_group(int code_bits) { return code_bits == 8 ? 16 : 32; }
  int activation_group() const { return activation_group(code_bits); }
  std::int64_t activation_groups() const { return columns / activation_group(); }
  std::int64_t panels() const { return rows / panel_rows; }
  std::int64_t panel_code_bytes() const { return panel_rows * columns * code_bits / 8; }
  std::int64_t panel_parameters() const { return 2 * panel_rows * groups(); }  // elements
};

// For each panel and each column: 32 elements.
struct DensePanels {
  Element element = Element::f32;
  std::int64_t rows = 0;     // multiple of panel_rows
  std::int64_t columns = 0;  // not padded
  void* elements = nullptr;

  std::int64_t panels() const { return rows / panel_rows; }
};

// A table that is only looked up in: row after row as the weight has them, which makes a row one stretch of memory.
struct DenseRows {
  Element element = Element::f32;
  std::int64_t columns = 0;
  void* elements = nullptr;
};

// Writes panel `panel` of `to` from `codes` [32, to.columns], and its scales and biases [32, to.groups()] to
// `parameters` as f32 in the panel's order.
void pack_affine_panel(const AffinePanels& to, std::int64_t panel, const std::uint8_t* codes, const float* scales,
                       const float* biases, float* parameters);

// Writes panel `panel` of `to` from `values` [32, to.columns]. Values that to.element cannot hold are rounded.
void pack_dense_panel(const DensePanels& to, std::int64_t panel, const float* values);

// The inverse: one packed row as `columns` floats.
void unpack_affine_row(const AffinePanels& from, std::int64_t row, float* out);
void unpack_dense_row(const DensePanels& from, std::int64_t row, float* out);
void unpack_dense_row(const DenseRows& from, std::int64_t row, float* out);

// Element conversions; the stored bits of a value that fits are exact.
void store_elements(Element element, const float* from, std::int64_t count, void* to);
// The narrowest element that holds all values exactly.
Element exact_element(const float* values, std::int64_t count);

}  // namespace gerbil::kernels
