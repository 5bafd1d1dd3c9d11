#include "formats/weight.hpp"

#include <algorithm>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

// The same from `rows` rows further on.
CodedSpan advanced(const CodedSpan& out, std::int64_t rows, std::int64_t columns, int group, int outer) {
  const auto moved = [](auto* to, std::int64_t by) { return to == nullptr ? nullptr : to + by; };
  const std::int64_t groups = rows * (columns / group);
  const std::int64_t outers = outer == 0 ? 0 : rows * (columns / outer);
  return {out.codes + rows * columns, out.scales + groups, moved(out.biases, groups), moved(out.outer_scales, outers),
          moved(out.outer_biases, outers)};
}

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

// Parts that differ only in what biases can say, as they are with biases; whether all are of one layout then.
bool make_alike(std::vector<Weight>& parts) {
  const auto same = [&](const Weight& part) {
    return std::get<Coded>(part.form).same_layout(std::get<Coded>(parts.front().form));
  };
  if (std::ranges::all_of(parts, same)) return true;
  for (Weight& part : parts) {
    Coded& form = std::get<Coded>(part.form);
    if (!form.table.empty() || form.outer != 0) return false;
    if (!form.biased) form = with_biases(std::move(form), part.columns);
  }
  return std::ranges::all_of(parts, same);
}

Coded join_coded(const std::shared_ptr<const std::vector<Weight>>& parts) {
  Coded joined = std::get<Coded>(parts->front().form);
  const std::int64_t columns = parts->front().columns;
  joined.read = [parts, columns, group = joined.group, outer = joined.outer](std::int64_t row, std::int64_t count,
                                                                             const CodedSpan& out) {
    for_each_part(*parts, row, count,
                  [&](const Weight& part, std::int64_t first, std::int64_t rows, std::int64_t done) {
                    std::get<Coded>(part.form).read(first, rows, advanced(out, done, columns, group, outer));
                  });
  };
  return joined;
}

void read_coded(const Weight& weight, const Coded& coded, std::int64_t row, std::int64_t count, float* out) {
  CodedRows one(coded, weight.columns, 1);
  std::vector<float> levels(std::size_t{1} << coded.bits);
  for (std::size_t code = 0; code < levels.size(); ++code) levels[code] = coded.level(static_cast<int>(code));
  for (std::int64_t r = 0; r < count; ++r, out += weight.columns) {
    coded.read(row + r, 1, one.from(0));
    for (std::int64_t i = 0; i < weight.columns;) {
      const float scale = one.scale(0, i / coded.group);
      const float bias = one.bias(0, i / coded.group);
      for (const std::int64_t end = i + coded.group; i < end; ++i) {
        const auto column = static_cast<std::size_t>(i);
        out[coded.permutation ? (*coded.permutation)[column] : column] = scale * levels[one.codes[column]] + bias;
      }
    }
  }
}

}  // namespace

std::int64_t Weight::stored_bytes() const {
  if (const auto* dense = std::get_if<Dense>(&form)) {
    return rows * columns * static_cast<std::int64_t>(size_of(dense->dtype));
  }
  const auto& coded = std::get<Coded>(form);
  const std::int64_t parameters = coded.biased ? 2 : 1;
  std::int64_t bytes = columns * coded.bits / 8 + columns / coded.group * parameters * (coded.outer == 0 ? 2 : 1);
  if (coded.outer != 0) bytes += columns / coded.outer * parameters * 2;
  return rows * bytes;
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
    read_coded(weight, std::get<Coded>(weight.form), row, count, out);
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
    joined.name += " + " + part.name;
    joined.rows += part.rows;
  }
  const bool dense = std::holds_alternative<Dense>(first.form);
  if (!dense && !make_alike(parts)) return std::nullopt;
  const auto shared = std::make_shared<const std::vector<Weight>>(std::move(parts));
  if (dense) {
    joined.form = join_dense(shared);
  } else {
    joined.form = join_coded(shared);
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
  auto& coded = std::get<Coded>(weight.form);
  coded.read = [=, stored = std::move(coded.read), columns = weight.columns, group = coded.group, outer = coded.outer](
                   std::int64_t row, std::int64_t count, const CodedSpan& out) {
    for_each_run(row, count, [&](std::int64_t from, std::int64_t rows, std::int64_t done) {
      stored(from, rows, advanced(out, done, columns, group, outer));
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
