#include "engine/model_weights.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/weight_files.hpp"

namespace gerbil {
namespace {

// Groups of 32 cost half a bit a weight more than groups of 64, and lose far less: docs/quantization.md.
constexpr int default_group = 32;

// A table that stays on the host is not packed at all. What is narrower than the smallest group stays as it is: the
// factors of low-rank adapters, single columns. So do rows that the default group does not divide.
formats::Weight maybe_quantized(formats::Weight weight, const LoadOptions& options,
                                const graph::WeightDeclaration& declaration) {
  const bool dense = std::holds_alternative<formats::Dense>(weight.form);
  if (options.quantize == Quantization::none || !dense || declaration.host || weight.columns < 32) return weight;
  const int group = options.group_size == 0 ? default_group : options.group_size;
  if (weight.columns % group != 0) {
    if (options.group_size == 0) return weight;
    throw Error(ErrorCode::invalid_argument, "'" + weight.name + "' has rows of " + std::to_string(weight.columns) +
                                                 " numbers, which groups of " + std::to_string(options.group_size) +
                                                 " do not divide; choose another group size or no quantisation.");
  }
  const int bits = options.quantize == Quantization::int4 && !declaration.fine ? 4 : 8;
  return formats::quantize(std::move(weight), bits, group);
}

// Rows and columns exchanged. The numbers are read once, when the first rows are asked for.
formats::Weight transpose(formats::Weight stored) {
  struct Numbers {
    std::once_flag read;
    std::vector<float> values;  // [columns of the stored weight, rows of it]
  };
  const auto numbers = std::make_shared<Numbers>();
  formats::Weight result{stored.name, stored.columns, stored.rows, formats::Dense{}};
  formats::Dense dense{DType::f32, {}};
  if (const auto* same = std::get_if<formats::Dense>(&stored.form)) dense.dtype = same->dtype;
  dense.read = [stored = std::move(stored), numbers](std::int64_t row, std::int64_t count, float* out) {
    std::call_once(numbers->read, [&] {
      numbers->values.resize(static_cast<std::size_t>(stored.rows * stored.columns));
      std::vector<float> line(static_cast<std::size_t>(stored.columns));
      for (std::int64_t r = 0; r < stored.rows; ++r) {
        formats::read_dense(stored, r, 1, line.data());
        for (std::int64_t c = 0; c < stored.columns; ++c) {
          numbers->values[static_cast<std::size_t>(c * stored.rows + r)] = line[static_cast<std::size_t>(c)];
        }
      }
    });
    std::copy_n(numbers->values.begin() + row * stored.rows, count * stored.rows, out);
  };
  result.form = std::move(dense);
  return result;
}

// The slices of a stack of `slices` matrices, which `stack` has below one another, side by side.
formats::Weight put_side_by_side(formats::Weight stack, std::int32_t slices) {
  const std::int64_t rows = stack.rows / slices;
  formats::Weight result{stack.name, rows, stack.columns * slices, formats::Dense{}};
  formats::Dense dense;
  dense.read = [stack = std::move(stack), rows, slices](std::int64_t row, std::int64_t count, float* out) {
    for (std::int64_t r = row; r < row + count; ++r) {
      for (std::int64_t slice = 0; slice < slices; ++slice, out += stack.columns) {
        formats::read_dense(stack, slice * rows + r, 1, out);
      }
    }
  };
  result.form = std::move(dense);
  return result;
}

// Row i is row map[i] of the stored weight.
formats::Weight map_rows(formats::Weight stored, std::vector<std::int64_t> map) {
  formats::Weight result{stored.name, static_cast<std::int64_t>(map.size()), stored.columns, formats::Dense{}};
  formats::Dense dense;
  if (const auto* same = std::get_if<formats::Dense>(&stored.form)) dense.dtype = same->dtype;
  dense.read = [stored = std::move(stored), map = std::move(map)](std::int64_t row, std::int64_t count, float* out) {
    for (std::int64_t r = row; r < row + count; ++r, out += stored.columns) {
      formats::read_dense(stored, map[static_cast<std::size_t>(r)], 1, out);
    }
  };
  result.form = std::move(dense);
  return result;
}

formats::Weight read_mapped(const StoredName& place, const graph::WeightDeclaration& declaration) {
  const auto& [checkpoint, name] = place;
  const std::vector<std::int64_t> shape = checkpoint.shape(name);
  const std::int64_t stored = shape.empty() ? 0 : shape.front();
  std::vector<std::int64_t> map = checkpoint.integers(declaration.row_map, declaration.rows);
  for (const std::int64_t row : map) {
    if (row < 0 || row >= stored) {
      throw Error(ErrorCode::corrupt, "The tensor '" + declaration.row_map + "' names row " + std::to_string(row) +
                                          " of '" + name + "', which has " + std::to_string(stored) + " rows.");
    }
  }
  return map_rows(checkpoint.matrix(name, stored, declaration.columns), std::move(map));
}

formats::Weight read_matrix(WeightFiles& files, const graph::WeightDeclaration& declaration, std::size_t part) {
  const std::string& name = declaration.parts[part];
  const graph::RowRuns runs = declaration.runs(part);
  const std::int64_t rows = runs.stored(declaration.part_rows[part]);
  const std::int64_t columns = declaration.columns;
  if (declaration.slices > 1) {
    const std::int32_t slices = declaration.slices;
    return put_side_by_side(files.matrix(name, slices * rows, columns / slices), slices);
  }
  if (!declaration.row_map.empty()) return read_mapped(files.find(name), declaration);
  if (declaration.transposed) return transpose(files.matrix(name, columns, rows));
  formats::Weight weight = files.matrix(name, rows, columns);
  return runs.period == 0 ? weight : formats::take_runs(std::move(weight), runs.begin, runs.run, runs.period);
}

formats::Weight read_vector(WeightFiles& files, const graph::WeightDeclaration& declaration) {
  std::vector<float> values(static_cast<std::size_t>(declaration.columns));
  float* out = values.data();
  for (std::size_t i = 0; i < declaration.parts.size(); ++i) {
    const StoredName place = files.find(declaration.parts[i]);
    const graph::RowRuns runs = declaration.runs(i);
    std::vector<float> stored(static_cast<std::size_t>(runs.stored(declaration.part_rows[i])));
    const auto size = static_cast<std::int64_t>(stored.size());
    formats::read_dense(declaration.flattened ? place.checkpoint.flattened(place.name, size)
                                              : place.checkpoint.vector(place.name, size),
                        0, 1, stored.data());
    const std::int64_t run = runs.period == 0 ? size : runs.run;
    for (std::int64_t at = runs.begin; at < size; at += std::max(run, runs.period)) {
      out = std::copy_n(stored.begin() + at, run, out);
    }
  }
  return formats::weight_from_floats(declaration.parts.front(), 1, declaration.columns, std::move(values));
}

}  // namespace

formats::Weight constant(const graph::WeightDeclaration& declaration) {
  return formats::weight_from_floats(declaration.parts.front(), declaration.rows, declaration.columns,
                                     declaration.values);
}

WeightSource checkpoint_weights(const formats::Checkpoint& checkpoint, const LoadOptions& options,
                                const models::Family& family, const std::filesystem::path& modules) {
  const auto files = std::make_shared<WeightFiles>(checkpoint, family, modules);
  return [files, options](const graph::WeightDeclaration& declaration) {
    if (!declaration.values.empty()) return constant(declaration);
    if (declaration.vector) return read_vector(*files, declaration);
    std::vector<formats::Weight> parts;
    parts.reserve(declaration.parts.size());
    for (std::size_t i = 0; i < declaration.parts.size(); ++i) {
      parts.push_back(maybe_quantized(read_matrix(*files, declaration, i), options, declaration));
    }
    if (parts.size() == 1) return std::move(parts.front());
    auto whole = formats::concatenate_rows(std::move(parts));
    if (!whole) {
      throw Error(ErrorCode::internal,
                  "The weights stacked below '" + declaration.parts.front() + "' have different forms.");
    }
    return *std::move(whole);
  };
}

bool can_merge(const WeightSource& weights, const graph::WeightDeclaration& a, const graph::WeightDeclaration& b) {
  if (a.vector || b.vector) return false;
  return formats::concatenate_rows({weights(a), weights(b)}).has_value();
}

}  // namespace gerbil
