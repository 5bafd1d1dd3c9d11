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

// w[r][permutation[i]] = scale[r][i / group] · code[r][i] + bias[r][i / group], with unsigned codes of `bits` bits.
// Without a permutation, permutation[i] = i. columns is a multiple of group.
struct Affine {
  int bits = 4;     // 2…8
  int group = 128;  // consecutive inputs that share a scale and a bias
  // Writes count × columns codes (a byte each), and count × columns / group scales and biases. Thread-safe.
  std::function<void(std::int64_t row, std::int64_t count, std::uint8_t* codes, float* scales, float* biases)> read;
  // Act-order (GPTQ desc_act): code column i multiplies input permutation[i]. Null means the identity. Shared, so that
  // weights that were quantised together can be recognised by pointer or by value.
  std::shared_ptr<const std::vector<std::uint32_t>> permutation;
};

struct Weight {
  std::string name;          // as in the checkpoint, for messages
  std::int64_t rows = 0;     // outputs; 1 for a vector
  std::int64_t columns = 0;  // inputs
  std::variant<Dense, Affine> form;

  // Bytes of the weight as stored: codes, scales and biases (16-bit each) or dense elements.
  std::int64_t stored_bytes() const;
};

// The same numbers whatever the form: count × columns floats from `row`, in input order (permutation undone).
void read_dense(const Weight& weight, std::int64_t row, std::int64_t count, float* out);

// The rows of several weights one after the other, as if stored together. All must have equal columns. Affine parts
// with equal bits, group and permutation stay affine. Returns an empty optional when the forms cannot be joined.
std::optional<Weight> concatenate_rows(std::vector<Weight> parts);

// Of every `period` rows the `run` from `begin` on, in the same form.
Weight take_runs(Weight weight, std::int64_t begin, std::int64_t run, std::int64_t period);

// On-the-fly quantisation of a dense weight when its rows are read; formats/affine_fit.hpp says how scales and biases
// are chosen. bits: 4 or 8; group: 32, 64 or 128, and must divide columns.
Weight quantize(Weight dense, int bits, int group);

// A weight whose numbers are given; the tests' and the benchmark's way to make one.
Weight weight_from_floats(std::string name, std::int64_t rows, std::int64_t columns, std::vector<float> values);

}  // namespace gerbil::formats
