// A matrix of weights in the layout of the shaders (kernels/wgsl/weight_blocks.wgsl and weight_eights.wgsl).
#pragma once

#include <cstdint>
#include <vector>

#include "backends/turns.hpp"
#include "backends/webgpu/kernel_source.hpp"
#include "backends/weights.hpp"
#include "base/thread_pool.hpp"
#include "formats/weight.hpp"
#include "gpu/device.hpp"

namespace gerbil::webgpu {

// How an element is stored: floating point, or a code.
enum class Storage { f32, f16, bf16, codes2, codes3, codes4, codes5, codes6, codes8 };

// Consecutive packed rows that fit in one binding.
struct MatrixPart {
  std::int64_t begin = 0;
  std::int64_t rows = 0;
  gpu::Buffer elements;
  gpu::Buffer parameters;  // scale, and bias where there is one, of each group of a row; none for floating point
};

struct Matrix {
  std::int64_t rows = 0;     // of the weight
  std::int64_t columns = 0;  // of the weight
  // Columns of a packed row, a multiple of 32. Beyond `columns` elements are zero.
  std::int64_t packed_columns = 0;
  Storage storage = Storage::f32;
  DType parameter = DType::f32;  // of scales and biases: f32, f16 or bf16
  int group = 0;                 // columns that share a scale and a bias; 0 for floating point
  bool biased = true;            // whether biases are stored
  int zero = 0;                  // the code that means 0 where there are none
  std::vector<float> levels;     // of a table; empty: linear
  // Act-order: packed column i multiplies input permutation[i]; u32, [packed_columns]. None: the identity.
  gpu::Buffer permutation;
  std::vector<MatrixPart> parts;
  std::int64_t bytes = 0;
  // The weight's codes have groups or levels that no shader reads, so they were decoded to f32.
  bool decoded = false;
  // Its parameters had two levels, which were multiplied out.
  bool flattened = false;
};

// Reads every row of the weight once, on all threads of the pool. Gated rows i and i + n/2 become packed rows 2i and
// 2i + 1. No binding exceeds max_binding_bytes. Takes turns at the device. Throws what the weight's read throws, and
// Error{unsupported} when a pair of rows exceeds a binding.
Matrix pack(gpu::Device& device, Turns& turns, const formats::Weight& weight, RowOrder order, ThreadPool& pool,
            std::uint64_t max_binding_bytes);

// What shaders have to know of the layout of one part.
Constants layout_constants(const Matrix& matrix, const MatrixPart& part);

}  // namespace gerbil::webgpu
