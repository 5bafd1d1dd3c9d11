// The canonical forms of a stored weight. Every format describes its tensors in one of these; nothing after this rung
// knows how a checkpoint was quantised. A description reads from the mapped file when rows are asked for, so a
// backend can stream a weight once into its own layout without a second copy of it in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/dtype.hpp"

namespace gerbil::formats {

// Floating-point rows. read(row, count, out) writes count × columns floats; thread-safe, rows in [0, Weight::rows).
struct Dense {
  DType dtype = DType::f32;  // f32, f16 or bf16: what is stored, hence what a backend may keep without loss
  std::function<void(std::int64_t row, std::int64_t count, float* out)> read;
};

// Where a read of coded rows writes, row after row.
struct CodedSpan {
  std::uint8_t* codes = nullptr;  // columns a row, a byte each
  float* scales = nullptr;        // columns / group a row
  float* biases = nullptr;        // the same; only where the form is biased
  float* outer_scales = nullptr;  // columns / outer a row; only where the form has an outer level
  float* outer_biases = nullptr;  // the same; only where it has both
};

// Codes of a few bits and what gives them a meaning. Of the code of column i, with g = i / group and o = i / outer,
//   w[r][permutation[i]] = (outer_scale[r][o] ·) scale[r][g] · level(code[r][i]) + (outer_bias[r][o] ·) bias[r][g]
// where level(code) is table[code], or code − zero where there is no table. Without a permutation, permutation[i] = i.
struct Coded {
  int bits = 4;     // 2…8
  int group = 128;  // consecutive inputs that share a scale; divides the columns
  // False: the format is symmetric, and no bias is stored or read.
  bool biased = true;
  int zero = 0;              // the code that means 0, where there is neither a bias nor a table
  std::vector<float> table;  // of 2^bits levels, as NF4 and MXFP4 have; empty: levels are linear
  int outer = 0;  // inputs that share the factors of scales and biases; divides the columns; 0: there are none
  // Thread-safe; rows in [0, Weight::rows).
  std::function<void(std::int64_t row, std::int64_t count, const CodedSpan& out)> read;
  // Act-order (GPTQ desc_act): code column i multiplies input permutation[i]. Null means the identity. Shared, so that
  // weights that were quantised together can be recognised by pointer or by value.
  std::shared_ptr<const std::vector<std::uint32_t>> permutation;

  float level(int code) const {
    return table.empty() ? static_cast<float>(biased ? code : code - zero) : table[static_cast<std::size_t>(code)];
  }
  // Whether rows of both can stand in one weight.
  bool same_layout(const Coded& other) const;
};

// Room for coded rows.
struct CodedRows {
  std::vector<std::uint8_t> codes;
  std::vector<float> scales, biases, outer_scales, outer_biases;  // those that the form lacks are empty

  CodedRows(const Coded& form, std::int64_t columns, std::int64_t rows);
  // Where row `row` and those after it are written.
  CodedSpan from(std::int64_t row);
  // What multiplies the level of a code in group g of a row, and what is added: both levels multiplied out.
  float scale(std::int64_t row, std::int64_t g) const;
  float bias(std::int64_t row, std::int64_t g) const;

 private:
  std::int64_t columns_, groups_, outers_;
};

struct Weight {
  std::string name;          // as in the checkpoint, for messages
  std::int64_t rows = 0;     // outputs; 1 for a vector
  std::int64_t columns = 0;  // inputs
  std::variant<Dense, Coded> form;

  // Bytes of the weight as stored: codes and their parameters (of 16 bits, or of 8 below an outer level), or dense
  // elements.
  std::int64_t stored_bytes() const;
};

// The same numbers whatever the form: count × columns floats from `row`, in input order (permutation undone).
void read_dense(const Weight& weight, std::int64_t row, std::int64_t count, float* out);

// The rows of several weights one after the other, as if stored together. All must have equal columns. Coded parts
// of one layout stay coded; those that differ only in their zero or in whether they have biases get biases. Returns an
// empty optional when the forms cannot be joined.
std::optional<Weight> concatenate_rows(std::vector<Weight> parts);

// The same numbers with a bias for every group: −scale · zero where there was none. Only of linear levels and one level
// of scales; throws Error{internal} for others.
Coded with_biases(Coded form, std::int64_t columns);

// Of every `period` rows the `run` from `begin` on, in the same form.
Weight take_runs(Weight weight, std::int64_t begin, std::int64_t run, std::int64_t period);

// On-the-fly quantisation of a dense weight when its rows are read; formats/grid_fit.hpp says how scales and biases
// are chosen. bits: 4 or 8; group: 32, 64 or 128, and must divide columns.
Weight quantize(Weight dense, int bits, int group);

// A weight whose numbers are given; the tests' and the benchmark's way to make one.
Weight weight_from_floats(std::string name, std::int64_t rows, std::int64_t columns, std::vector<float> values);

}  // namespace gerbil::formats
