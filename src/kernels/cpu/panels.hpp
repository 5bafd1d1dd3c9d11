// How the kernels want a weight W [rows, columns]: in panels of 32 rows, so that one vector holds the same input of
// consecutive outputs and no sum runs across lanes. Rows and columns are padded with zeros.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace gerbil::kernels {

inline constexpr std::int64_t panel_rows = 32;

enum class Element { f32, f16, bf16, i8 };
inline std::int64_t element_bytes(Element element) {
  return element == Element::f32 ? 4 : element == Element::i8 ? 1 : 2;
}

// Codes of a number of bits for which no plane is wide enough lie in several: the bits [at, at + bits) of a code.
struct Plane {
  int bits = 0;
  int at = 0;
};
inline constexpr int most_planes = 2;
using Planes = std::array<Plane, most_planes>;  // of 0 bits: none
constexpr Planes planes_of(int bits) {
  switch (bits) {
    case 2:
      return {{{2, 0}, {}}};
    case 3:
      return {{{2, 0}, {1, 2}}};
    case 4:
      return {{{4, 0}, {}}};
    case 5:
      return {{{4, 0}, {1, 4}}};
    case 6:
      return {{{4, 0}, {2, 4}}};
    default:
      return {{{8, 0}, {}}};
  }
}
// Columns that 128 bytes of a plane hold for a panel.
constexpr int run_columns(Plane plane) { return 32 / plane.bits; }
// Columns after which all planes begin anew.
constexpr int block_columns(int bits) {
  const Plane last = planes_of(bits)[1];
  return run_columns(last.bits == 0 ? planes_of(bits)[0] : last);
}
// Bytes of `columns` columns of a panel.
constexpr std::int64_t code_bytes(int bits, std::int64_t columns) { return panel_rows * columns * bits / 8; }

// w = scale · (level − zero) + bias, where the level is the code itself, or levels[code]. For each panel and each block
// of columns its planes, one after the other. A plane of b bits has 128 bytes for every 32 / b columns: byte 4r + i
// holds of row r the columns i, i + 4, i + 8, …, from its lowest bits on. So a code of 8 bits is a byte, and a dot
// product of four bytes into 32 bits (VNNI, sdot) reads one lane a row. In separate arrays:
//   parameters: for each group 32 scales and, where there are biases, 32 biases
//   outer: the same for each stretch of `outer_groups` groups, whose scales and biases they multiply
struct CodedPanels {
  int bits = 4;             // 2, 3, 4, 5, 6 or 8
  bool eighth_bit = false;  // codes above 127 may occur
  bool table = false;       // levels[code], of 4-bit codes
  bool biased = true;
  int group = 32;  // columns that share a scale and a bias: a multiple of 16 and of the block
  Element parameter = Element::f16;
  std::int64_t rows = 0;     // multiple of panel_rows
  std::int64_t columns = 0;  // multiple of group
  std::uint8_t* codes = nullptr;
  void* parameters = nullptr;
  int zero = 0;       // 0 where there are biases
  float unit = 1.0f;  // of levels[]: multiplies the whole product
  std::uint8_t levels[16] = {};
  int outer_groups = 0;  // 0: no outer level
  Element outer_element = Element::f16;
  void* outer = nullptr;

  std::int64_t groups() const { return columns / group; }
  // Columns whose activations are rounded with one scale, however many share one of the weight's. An outlier coarsens
  // its neighbours, which is what fine codes lose most by: docs/quantization.md.
  int activation_group() const { return bits > 4 || table || group % 32 != 0 ? 16 : 32; }
  std::int64_t activation_groups() const { return columns / activation_group(); }
  std::int64_t panels() const { return rows / panel_rows; }
  std::int64_t panel_code_bytes() const { return code_bytes(bits, columns); }
  std::int64_t stride() const { return (biased ? 2 : 1) * panel_rows; }  // elements of a group
  std::int64_t panel_parameters() const { return stride() * groups(); }  // elements
  std::int64_t panel_outer() const { return outer_groups == 0 ? 0 : stride() * (groups() / outer_groups); }
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

// Writes the codes of panel `panel` of `to` from `codes` [32, to.columns].
void pack_codes(const CodedPanels& to, std::int64_t panel, const std::uint8_t* codes);

// Scales and biases [32, groups] (biases may be null) as f32 in the order of a panel's parameters.
void pack_parameters(std::int64_t groups, const float* scales, const float* biases, float* to);

// Writes panel `panel` of `to` from `values` [32, to.columns]. Values that to.element cannot hold are rounded.
void pack_dense_panel(const DensePanels& to, std::int64_t panel, const float* values);

// The inverse: one packed row as `columns` floats.
void unpack_coded_row(const CodedPanels& from, std::int64_t row, float* out);
void unpack_dense_row(const DensePanels& from, std::int64_t row, float* out);
void unpack_dense_row(const DenseRows& from, std::int64_t row, float* out);

// Element conversions; the stored bits of a value that fits are exact.
void store_elements(Element element, const float* from, std::int64_t count, void* to);
// The narrowest element that holds all values exactly.
Element exact_element(const float* values, std::int64_t count);

}  // namespace gerbil::kernels
