// A matrix of weights in the kernels' layout.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "backends/weights.hpp"
#include "base/thread_pool.hpp"
#include "formats/weight.hpp"
#include "kernels/cpu/buffer.hpp"
#include "kernels/cpu/panels.hpp"

namespace gerbil::cpu {

struct Matrix {
  std::int64_t rows = 0;     // of the weight
  std::int64_t columns = 0;  // of the weight
  std::variant<kernels::DensePanels, kernels::CodedPanels, kernels::DenseRows> panels;
  // Coded: packed column i multiplies input gather[i], or nothing when that is negative. Empty: column i, input i.
  std::vector<std::int32_t> gather = {};
  kernels::Buffer codes = {};       // or dense elements
  kernels::Buffer parameters = {};  // scales and biases
  kernels::Buffer outer = {};       // what multiplies them
  // The weight has levels that are no bytes, so its codes were decoded to f32.
  bool decoded = false;

  std::int64_t bytes() const { return static_cast<std::int64_t>(codes.size() + parameters.size() + outer.size()); }
  const kernels::CodedPanels* coded() const { return std::get_if<kernels::CodedPanels>(&panels); }
};

// The row of the weight that stands in `packed_row`, or −1 for padding. Gated rows [0, n) and [n, 2n) alternate by 16
// within each panel, so that a panel holds both factors of 16 outputs.
std::int64_t source_row(RowOrder order, std::int64_t rows, std::int64_t packed_row);
// Rows after padding to whole panels.
std::int64_t packed_rows(RowOrder order, std::int64_t rows);

// Reads every row of the weight once, on all threads of the pool. Throws what the weight's read throws.
Matrix pack(const formats::Weight& weight, RowOrder order, ThreadPool& pool);

// The same for a table that no projection multiplies with: dense rows stay as they are.
Matrix pack_table(const formats::Weight& weight, ThreadPool& pool);

// One row of a plain matrix or of a table as columns floats, in input order. scratch: packed columns of floats.
void read_row(const Matrix& matrix, std::int64_t row, float* scratch, float* out);

// Packed columns: how many activations of a row the kernels read.
std::int64_t packed_columns(const Matrix& matrix);

}  // namespace gerbil::cpu
