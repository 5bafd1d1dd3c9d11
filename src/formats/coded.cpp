// What can be said of coded rows without a checkpoint.
#include <algorithm>
#include <utility>

#include "formats/weight.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

bool same_permutation(const Coded& a, const Coded& b) {
  if (a.permutation == b.permutation) return true;
  return a.permutation && b.permutation && *a.permutation == *b.permutation;
}

}  // namespace

bool Coded::same_layout(const Coded& other) const {
  return bits == other.bits && group == other.group && biased == other.biased && zero == other.zero &&
         table == other.table && outer == other.outer && same_permutation(*this, other);
}

CodedRows::CodedRows(const Coded& form, std::int64_t columns, std::int64_t rows)
    : columns_(columns), groups_(columns / form.group), outers_(form.outer == 0 ? 0 : columns / form.outer) {
  codes.resize(static_cast<std::size_t>(rows * columns));
  scales.resize(static_cast<std::size_t>(rows * groups_));
  outer_scales.resize(static_cast<std::size_t>(rows * outers_));
  if (!form.biased) return;
  biases.resize(scales.size());
  outer_biases.resize(outer_scales.size());
}

CodedSpan CodedRows::from(std::int64_t row) {
  const auto at = [](std::vector<float>& numbers, std::int64_t begin) {
    return numbers.empty() ? nullptr : numbers.data() + begin;
  };
  return {codes.data() + row * columns_, at(scales, row * groups_), at(biases, row * groups_),
          at(outer_scales, row * outers_), at(outer_biases, row * outers_)};
}

float CodedRows::scale(std::int64_t row, std::int64_t g) const {
  const float scale = scales[static_cast<std::size_t>(row * groups_ + g)];
  return outers_ == 0 ? scale : outer_scales[static_cast<std::size_t>(row * outers_ + g * outers_ / groups_)] * scale;
}

float CodedRows::bias(std::int64_t row, std::int64_t g) const {
  if (biases.empty()) return 0.0f;
  const float bias = biases[static_cast<std::size_t>(row * groups_ + g)];
  return outers_ == 0 ? bias : outer_biases[static_cast<std::size_t>(row * outers_ + g * outers_ / groups_)] * bias;
}

Coded with_biases(Coded form, std::int64_t columns) {
  if (form.biased) return form;
  if (form.outer != 0 || !form.table.empty())
    throw Error(ErrorCode::internal, "Only codes with linear levels and scales of one level can be given biases.");
  form.biased = true;
  const auto zero = static_cast<float>(std::exchange(form.zero, 0));
  form.read = [=, stored = std::move(form.read), groups = columns / form.group](std::int64_t row, std::int64_t count,
                                                                                const CodedSpan& out) {
    CodedSpan unbiased = out;
    unbiased.biases = nullptr;
    stored(row, count, unbiased);
    std::transform(out.scales, out.scales + count * groups, out.biases, [&](float scale) { return -scale * zero; });
  };
  return form;
}

}  // namespace gerbil::formats
