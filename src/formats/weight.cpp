#include "formats/weight.hpp"

#include <algorithm>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

// Calls visit(part, row inside the part, rows, rows done before) for the parts that rows [row, row + count) touch.
template <typename Visit>
void for_each_part(const std::vector<Weight>& parts, std::int64_t row, std::int64_t count, const Visit& visit) {
  std::int64_t done = 0;
  for (const Weight& part : parts) {
    if (done == count) return;
    if (row >= part.rows) {
      row -= part.rows;
      continue;
    }
    const std::int64_t rows = std::min(count - done, part.rows - row);
    visit(part, row, rows, done);
    done += rows;
    row = 0;
  }
}

bool same_permutation(const Affine& a, const Affine& b) {
  if (a.permutation == b.permutation) return true;
  return a.permutation && b.permutation && *a.permutation == *b.permutation;
}

Dense join_dense(const std::shared_ptr<const std::vector<Weight>>& parts) {
  Dense joined;
  joined.dtype = std::get<Dense>(parts->front().form).dtype;
  for (const Weight& part : *parts) {
    // f16 and bf16 have no common 16-bit type: only f32 holds both without loss.
    if (std::get<Dense>(part.form).dtype != joined.dtype) joined.dtype = DType::f32;
  }
  joined.read = [parts](std::int64_t row, std::int64_t count, float* out) {
    for_each_part(*parts, row, count,
                  [&](const Weight& part, std::int64_t first, std::int64_t rows, std::int64_t done) {
                    std::get<Dense>(part.form).read(first, rows, out + done * part.columns);
                  });
  };
  return joined;
}

Affine join_affine(const std::shared_ptr<const std::vector<Weight>>& parts) {
  Affine joined = std::get<Affine>(parts->front().form);
  const int group = joined.group;
  joined.read = [parts, group](std::int64_t row, std::int64_t count, std::uint8_t* codes, float* scales,
                               float* biases) {
    for_each_part(
        *parts, row, count, [&](const Weight& part, std::int64_t first, std::int64_t rows, std::int64_t done) {
          const std::int64_t groups = done * (part.columns / group);
          std::get<Affine>(part.form).read(first, rows, codes + done * part.columns, scales + groups, biases + groups);
        });
  };
  return joined;
}

void read_affine(const Weight& weight, const Affine& affine, std::int64_t row, std::int64_t count, float* out) {
  const auto columns = static_cast<std::size_t>(weight.columns);
  const auto group = static_cast<std::size_t>(affine.group);
  const std::size_t groups = columns / group;
  std::vector<std::uint8_t> codes(columns);
  std::vector<float> scales(groups);
  std::vector<float> biases(groups);
  for (std::int64_t r = 0; r < count; ++r, out += columns) {
    affine.read(row + r, 1, codes.data(), scales.data(), biases.data());
    for (std::size_t i = 0; i < columns; ++i) {
      const std::size_t input = affine.permutation ? (*affine.permutation)[i] : i;
      out[input] = scales[i / group] * static_cast<float>(codes[i]) + biases[i / group];
    }
  }
}

}  // namespace

std::int64_t Weight::stored_bytes() const {
  if (const auto* dense = std::get_if<Dense>(&form)) {
    return rows * columns * static_cast<std::int64_t>(size_of(dense->dtype));
  }
  const auto& affine = std::get<Affine>(form);
  constexpr std::int64_t scale_and_bias = 4;
  return rows * (columns * affine.bits / 8 + columns / affine.group * scale_and_bias);
}

void read_dense(const Weight& weight, std::int64_t row, std::int64_t count, float* out) {
  if (row < 0 || count < 0 || count > weight.rows || row > weight.rows - count) {
    throw Error(ErrorCode::invalid_argument, "Rows " + std::to_string(row) + " to " + std::to_string(row + count) +
                                                 " of '" + weight.name + "' were asked for, but it has " +
                                                 std::to_string(weight.rows) + ".");
  }
  if (const auto* dense = std::get_if<Dense>(&weight.form)) {
    dense->read(row, count, out);
  } else {
    read_affine(weight, std::get<Affine>(weight.form), row, count, out);
  }
}

std::optional<Weight> concatenate_rows(std::vector<Weight> parts) {
  if (parts.empty()) return std::nullopt;
  if (parts.size() == 1) return std::move(parts.front());
  const Weight& first = parts.front();
  Weight joined{.name = first.name, .rows = first.rows, .columns = first.columns};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Weight& part = parts[i];
    if (part.columns != first.columns) {
      throw Error(ErrorCode::invalid_argument, "The rows of '" + first.name + "' and '" + part.name +
                                                   "' cannot be joined: they have " + std::to_string(first.columns) +
                                                   " and " + std::to_string(part.columns) + " columns.");
    }
    if (part.form.index() != first.form.index()) return std::nullopt;
    if (const auto* affine = std::get_if<Affine>(&part.form)) {
      const auto& other = std::get<Affine>(first.form);
      if (affine->bits != other.bits || affine->group != other.group || !same_permutation(*affine, other)) {
        return std::nullopt;
      }
    }
    joined.name += " + " + part.name;
    joined.rows += part.rows;
  }
  const bool dense = std::holds_alternative<Dense>(first.form);
  const auto shared = std::make_shared<const std::vector<Weight>>(std::move(parts));
  if (dense) {
    joined.form = join_dense(shared);
  } else {
    joined.form = join_affine(shared);
  }
  return joined;
}

Weight take_runs(Weight weight, std::int64_t begin, std::int64_t run, std::int64_t period) {
  weight.rows = weight.rows / period * run;
  // Calls read(stored row, count, rows done before) for each stretch that is stored together.
  const auto for_each_run = [=](std::int64_t row, std::int64_t count, const auto& read) {
    for (std::int64_t done = 0; done < count;) {
      const std::int64_t at = row + done;
      const std::int64_t rows = std::min(count - done, run - at % run);
      read(at / run * period + begin + at % run, rows, done);
      done += rows;
    }
  };
  if (auto* dense = std::get_if<Dense>(&weight.form)) {
    dense->read = [=, stored = std::move(dense->read), columns = weight.columns](std::int64_t row, std::int64_t count,
                                                                                 float* out) {
      for_each_run(row, count, [&](std::int64_t from, std::int64_t rows, std::int64_t done) {
        stored(from, rows, out + done * columns);
      });
    };
    return weight;
  }
  auto& affine = std::get<Affine>(weight.form);
  affine.read = [=, stored = std::move(affine.read), columns = weight.columns, groups = weight.columns / affine.group](
                    std::int64_t row, std::int64_t count, std::uint8_t* codes, float* scales, float* biases) {
    for_each_run(row, count, [&](std::int64_t from, std::int64_t rows, std::int64_t done) {
      stored(from, rows, codes + done * columns, scales + done * groups, biases + done * groups);
    });
  };
  return weight;
}

Weight weight_from_floats(std::string name, std::int64_t rows, std::int64_t columns, std::vector<float> values) {
  if (rows < 0 || columns < 0 || static_cast<std::int64_t>(values.size()) != rows * columns) {
    throw Error(ErrorCode::invalid_argument, "'" + name + "' was given " + std::to_string(values.size()) +
                                                 " values, but has " + std::to_string(rows) + " rows of " +
                                                 std::to_string(columns) + " columns.");
  }
  const auto shared = std::make_shared<const std::vector<float>>(std::move(values));
  Dense dense;
  dense.read = [shared, columns](std::int64_t row, std::int64_t count, float* out) {
    std::copy_n(shared->begin() + row * columns, count * columns, out);
  };
  return {.name = std::move(name), .rows = rows, .columns = columns, .form = std::move(dense)};
}

}  // namespace gerbil::formats
