#include "backends/webgpu/matrix.hpp"

#include <algorithm>
#include <cstring>
#include <format>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "base/float16.hpp"
#include "gerbil/error.hpp"

namespace gerbil::webgpu {
namespace {

// Packed rows that one task encodes; half of them come from either half of a gated weight.
constexpr std::int64_t tile_rows = 32;
// Encoded rows that are handed to the device at once.
constexpr std::int64_t upload_bytes = 8 << 20;

int bits_of(Storage storage) {
  switch (storage) {
    case Storage::f32:
      return 32;
    case Storage::f16:
    case Storage::bf16:
      return 16;
    case Storage::codes8:
      return 8;
    case Storage::codes6:
      return 6;
    case Storage::codes5:
      return 5;
    case Storage::codes4:
      return 4;
    case Storage::codes3:
      return 3;
    case Storage::codes2:
      return 2;
  }
  return 0;
}

// Codes of 3, 5 and 6 bits lie in two planes: of a block of columns the words of the low bits, then one of the high
// bits.
struct Planes {
  int low;
  int high;  // 0: there is one plane
};

Planes planes_of(int bits) {
  return bits == 3 ? Planes{2, 1} : bits == 5 ? Planes{4, 1} : bits == 6 ? Planes{4, 2} : Planes{bits, 0};
}

// Columns of a block of the matrix-vector kernels: at most 16 bytes of one plane or one word of high bits, and no
// longer than a group. 0 when codes in such groups are not read.
std::int64_t block_columns(int bits, int group) {
  const Planes planes = planes_of(bits);
  if (planes.high != 0) return group % (32 / planes.high) == 0 ? 32 / planes.high : 0;
  const std::int64_t longest = bits == 2 ? 32 : 128 / bits;
  const std::int64_t columns = group == 0 ? longest : std::gcd(longest, std::int64_t{group});
  return group % 8 == 0 && columns * bits % 32 == 0 ? columns : 0;
}

// Codes are widened where blocks of theirs are longer than a group; nothing when no width does.
std::optional<Storage> storage_of(const formats::Coded& coded) {
  constexpr std::pair<int, Storage> widths[] = {{2, Storage::codes2}, {3, Storage::codes3}, {4, Storage::codes4},
                                                {5, Storage::codes5}, {6, Storage::codes6}, {8, Storage::codes8}};
  const bool table = !coded.table.empty();
  if (table && (coded.bits > 4 || coded.biased)) return std::nullopt;
  for (const auto& [bits, storage] : widths) {
    const bool fits = table ? bits == 4 : bits >= coded.bits;
    if (fits && block_columns(bits, coded.group) != 0) return storage;
  }
  return std::nullopt;
}

// Calls read(first row of the weight, count, offset in the tile, step in the tile) for the runs of consecutive rows
// that make up packed rows [begin, begin + count).
template <typename Read>
void read_runs(RowOrder order, std::int64_t rows, std::int64_t begin, std::int64_t count, const Read& read) {
  if (order == RowOrder::plain) return read(begin, count, 0, 1);
  read(begin / 2, count / 2, 0, 2);
  read(rows / 2 + begin / 2, count / 2, 1, 2);
}

// Moves consecutive rows to every `step`-th row of the tile.
template <typename T>
void spread(const std::vector<T>& from, std::int64_t width, std::int64_t count, std::int64_t offset, std::int64_t step,
            std::vector<T>& tile) {
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(from.begin() + i * width, width, tile.begin() + (offset + i * step) * width);
}

void encode_floats(Storage storage, const float* from, std::int64_t columns, std::uint32_t* to) {
  if (storage == Storage::f32) {
    std::memcpy(to, from, static_cast<std::size_t>(columns) * sizeof(float));
    return;
  }
  for (std::int64_t i = 0; i < columns; ++i) {
    const std::uint32_t half = storage == Storage::f16 ? f32_to_f16(from[i]) : f32_to_bf16(from[i]);
    to[i / 2] |= half << (16 * (i % 2));
  }
}

// Codes of a row to words that are zero; `padded` columns are whole blocks.
void encode_codes(int bits, const std::uint8_t* from, std::int64_t columns, std::int64_t padded, std::uint32_t* to) {
  const Planes planes = planes_of(bits);
  const std::int64_t block = planes.high == 0 ? padded : 32 / planes.high;
  const auto put = [](int width, std::int64_t i, int code, std::uint32_t* words) {
    const std::int64_t in_word = 32 / width;
    words[i / in_word] |= static_cast<std::uint32_t>(code) << (width * static_cast<int>(i % in_word));
  };
  for (std::int64_t i = 0; i < columns; ++i) {
    std::uint32_t* words = to + i / block * (block * bits / 32);
    put(planes.low, i % block, from[i] & ((1 << planes.low) - 1), words);
    if (planes.high != 0) put(planes.high, i % block, from[i] >> planes.low, words + block * planes.low / 32);
  }
}

// The narrowest type that holds every number exactly.
DType exact_type(std::span<const float> values) {
  if (std::ranges::all_of(values, [](float v) { return f16_to_f32(f32_to_f16(v)) == v; })) return DType::f16;
  if (std::ranges::all_of(values, [](float v) { return bf16_to_f32(f32_to_bf16(v)) == v; })) return DType::bf16;
  return DType::f32;
}

class Packer {
 public:
  Packer(gpu::Device& device, Turns& turns, const formats::Weight& weight, RowOrder order, ThreadPool& pool)
      : device_(device),
        turns_(turns),
        weight_(weight),
        order_(order),
        pool_(pool),
        coded_(std::get_if<formats::Coded>(&weight.form)) {
    matrix_.rows = weight.rows;
    matrix_.columns = weight.columns;
    if (coded_ != nullptr) {
      const auto storage = storage_of(*coded_);
      matrix_.decoded = !storage;
      if (!storage) coded_ = nullptr;
      matrix_.storage = storage.value_or(Storage::f32);
    }
    if (coded_ != nullptr) {
      matrix_.group = coded_->group;
      matrix_.biased = coded_->biased;
      matrix_.zero = coded_->biased || !coded_->table.empty() ? 0 : coded_->zero;
      matrix_.levels = coded_->table;
      if (!matrix_.levels.empty()) matrix_.levels.resize(16);
      matrix_.flattened = coded_->outer != 0;
    } else if (const auto* dense = std::get_if<formats::Dense>(&weight.form)) {
      matrix_.storage = dense->dtype == DType::f16    ? Storage::f16
                        : dense->dtype == DType::bf16 ? Storage::bf16
                                                      : Storage::f32;
    }
    matrix_.packed_columns = (weight.columns + 31) / 32 * 32;
    row_words_ = matrix_.packed_columns * bits_of(matrix_.storage) / 32;
    groups_ = matrix_.group == 0 ? 0 : (matrix_.packed_columns + matrix_.group - 1) / matrix_.group;
    row_parameters_ = groups_ * (matrix_.biased ? 2 : 1);
  }

  Matrix run(std::uint64_t max_binding_bytes) {
    divide(max_binding_bytes);
    parameters_.resize(static_cast<std::size_t>(weight_.rows * row_parameters_));
    for (MatrixPart& part : matrix_.parts) upload_elements(part);
    if (groups_ > 0) upload_parameters();
    if (coded_ != nullptr && coded_->permutation) {
      const std::span<const std::uint32_t> permutation(*coded_->permutation);
      matrix_.permutation = upload(permutation, weight_.name + " (permutation)");
      matrix_.bytes += static_cast<std::int64_t>(permutation.size_bytes());
    }
    return std::move(matrix_);
  }

 private:
  void divide(std::uint64_t max_binding_bytes) {
    const std::int64_t row_bytes = std::max(row_words_ * 4, row_parameters_ * 4);
    std::int64_t rows = static_cast<std::int64_t>(max_binding_bytes) / row_bytes;
    // Whole tiles of the matrix-matrix kernels where possible, whole pairs of a gated weight always.
    rows -= rows % (rows >= 64 ? 64 : 2);
    if (rows == 0) {
      throw Error(ErrorCode::unsupported,
                  std::format("Two rows of {} are {} bytes, but the GPU allows at most {} bytes in a binding.",
                              weight_.name, 2 * row_bytes, max_binding_bytes));
    }
    for (std::int64_t begin = 0; begin < weight_.rows; begin += rows) {
      MatrixPart& part = matrix_.parts.emplace_back();
      part.begin = begin;
      part.rows = std::min(rows, weight_.rows - begin);
    }
  }

  void upload_elements(MatrixPart& part) {
    part.elements = buffer(static_cast<std::uint64_t>(part.rows * row_words_ * 4), weight_.name);
    matrix_.bytes += part.rows * row_words_ * 4;
    const std::int64_t chunk = std::max<std::int64_t>(1, upload_bytes / (row_words_ * 4 * tile_rows)) * tile_rows;
    std::vector<std::uint32_t> words;
    for (std::int64_t begin = 0; begin < part.rows; begin += chunk) {
      const std::int64_t count = std::min(chunk, part.rows - begin);
      words.assign(static_cast<std::size_t>(count * row_words_), 0);
      pool_.run_throwing((count + tile_rows - 1) / tile_rows, [&](std::int64_t tile) {
        const std::int64_t first = tile * tile_rows;
        encode(part.begin + begin + first, std::min(tile_rows, count - first), words.data() + first * row_words_);
      });
      write(part.elements, static_cast<std::uint64_t>(begin * row_words_ * 4), words);
    }
  }

  // Others use the device while weights are read and packed.
  gpu::Buffer buffer(std::uint64_t bytes, const std::string& label) {
    const std::lock_guard turn(turns_);
    return device_.buffer(bytes, label);
  }
  void write(const gpu::Buffer& buffer, std::uint64_t offset, std::span<const std::uint32_t> words) {
    const std::lock_guard turn(turns_);
    device_.write(buffer, offset, std::as_bytes(words));
  }
  gpu::Buffer upload(std::span<const std::uint32_t> words, const std::string& label) {
    gpu::Buffer result = buffer(words.size_bytes(), label);
    write(result, 0, words);
    return result;
  }

  // Packed rows [begin, begin + count) to words that are zero.
  void encode(std::int64_t begin, std::int64_t count, std::uint32_t* words) {
    const std::int64_t columns = weight_.columns;
    if (coded_ == nullptr) {
      std::vector<float> tile(static_cast<std::size_t>(count * columns));
      std::vector<float> run(tile.size());
      read_runs(order_, weight_.rows, begin, count,
                [&](std::int64_t row, std::int64_t rows, std::int64_t offset, std::int64_t step) {
                  formats::read_dense(weight_, row, rows, run.data());
                  spread(run, columns, rows, offset, step, tile);
                });
      for (std::int64_t r = 0; r < count; ++r)
        encode_floats(matrix_.storage, tile.data() + r * columns, columns, words + r * row_words_);
      return;
    }
    std::vector<std::uint8_t> tile(static_cast<std::size_t>(count * columns));
    formats::CodedRows rows_read(*coded_, columns, count);
    const std::int64_t stored_groups = columns / matrix_.group;
    read_runs(order_, weight_.rows, begin, count,
              [&](std::int64_t row, std::int64_t rows, std::int64_t offset, std::int64_t step) {
                coded_->read(row, rows, rows_read.from(0));
                spread(rows_read.codes, columns, rows, offset, step, tile);
                for (std::int64_t r = 0; r < rows; ++r) {
                  float* to = parameters_.data() + (begin + offset + r * step) * row_parameters_;
                  for (std::int64_t g = 0; g < stored_groups; ++g) {
                    *to++ = rows_read.scale(r, g);
                    if (matrix_.biased) *to++ = rows_read.bias(r, g);
                  }
                }
              });
    for (std::int64_t r = 0; r < count; ++r)
      encode_codes(bits_of(matrix_.storage), tile.data() + r * columns, columns, matrix_.packed_columns,
                   words + r * row_words_);
  }

  void upload_parameters() {
    matrix_.parameter = exact_type(parameters_);
    for (MatrixPart& part : matrix_.parts) {
      const float* from = parameters_.data() + part.begin * row_parameters_;
      const std::int64_t count = part.rows * row_parameters_;
      const Storage storage = matrix_.parameter == DType::f16    ? Storage::f16
                              : matrix_.parameter == DType::bf16 ? Storage::bf16
                                                                 : Storage::f32;
      std::vector<std::uint32_t> words(static_cast<std::size_t>((count * bits_of(storage) + 31) / 32));
      encode_floats(storage, from, count, words.data());
      part.parameters = upload(words, weight_.name + " (scales)");
      matrix_.bytes += static_cast<std::int64_t>(words.size()) * 4;
    }
  }

  gpu::Device& device_;
  Turns& turns_;
  const formats::Weight& weight_;
  RowOrder order_;
  ThreadPool& pool_;
  const formats::Coded* coded_;  // null when elements are stored as floats
  std::int64_t row_words_ = 0;
  std::int64_t groups_ = 0;          // of a packed row
  std::int64_t row_parameters_ = 0;  // of all its groups
  std::vector<float> parameters_;    // scale, and bias where there is one, by packed row and group
  Matrix matrix_;
};

}  // namespace

Matrix pack(gpu::Device& device, Turns& turns, const formats::Weight& weight, RowOrder order, ThreadPool& pool,
            std::uint64_t max_binding_bytes) {
  return Packer(device, turns, weight, order, pool).run(max_binding_bytes);
}

Constants layout_constants(const Matrix& matrix, const MatrixPart& part) {
  const int bits = bits_of(matrix.storage);
  const std::int64_t columns = std::max<std::int64_t>(4, block_columns(bits, matrix.group));  // pack() saw that it is
  Constants constants{{"PART_ROWS", part.rows},
                      {"EIGHTS", matrix.packed_columns / 8},
                      {"BLOCKS", matrix.packed_columns / columns},
                      {"SUBS", columns / 4},
                      {"PADDED", std::int64_t{matrix.packed_columns != matrix.columns}},
                      {"PERMUTED", std::int64_t{static_cast<bool>(matrix.permutation)}}};
  const auto set = [&](const std::string& name) { constants[name] = std::int64_t{1}; };
  if (matrix.group == 0) {
    set(matrix.storage == Storage::f32 ? "W32" : matrix.storage == Storage::f16 ? "W16" : "WB16");
    return constants;
  }
  set("AFFINE");
  set(std::format("Q{}", bits));
  if (planes_of(bits).high == 0) {
    set("ONE_PLANE");
    set(std::format("WORDS{}", columns * bits / 32));
  }
  constants["BITS"] = std::int64_t{bits};
  constants["GROUP"] = std::int64_t{matrix.group};
  constants["GROUPS"] = (matrix.packed_columns + matrix.group - 1) / matrix.group;
  constants["BIASED"] = std::int64_t{matrix.biased};
  constants["ZERO"] = std::int64_t{matrix.zero};
  constants["TABLE"] = std::int64_t{!matrix.levels.empty()};
  for (std::size_t i = 0; i < matrix.levels.size(); ++i) constants[std::format("LEVEL_{}", i)] = matrix.levels[i];
  set(matrix.parameter == DType::f16 ? "SCALE16" : matrix.parameter == DType::bf16 ? "SCALEB16" : "SCALE32");
  return constants;
}

}  // namespace gerbil::webgpu
