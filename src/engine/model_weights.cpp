#include "engine/model_weights.hpp"

#include <string>
#include <utility>
#include <vector>

namespace gerbil {
namespace {

// The requested group, or the largest supported one that divides a row; 0 when none does.
int group_for(std::int64_t columns, int requested) {
  if (requested != 0) return columns % requested == 0 ? requested : 0;
  for (const int group : {128, 64, 32}) {
    if (columns % group == 0) return group;
  }
  return 0;
}

formats::Weight maybe_quantized(formats::Weight weight, const LoadOptions& options) {
  if (options.quantize == Quantization::none || !std::holds_alternative<formats::Dense>(weight.form)) return weight;
  const int group = group_for(weight.columns, options.group_size);
  if (group == 0) {
    throw Error(ErrorCode::invalid_argument, "'" + weight.name + "' has rows of " + std::to_string(weight.columns) +
                                                 " numbers, which groups of " + std::to_string(options.group_size) +
                                                 " do not divide; choose another group size or no quantisation.");
  }
  return formats::quantize(std::move(weight), options.quantize == Quantization::int4 ? 4 : 8, group);
}

formats::Weight read_vector(const formats::Checkpoint& checkpoint, const graph::WeightDeclaration& declaration) {
  std::vector<float> values(static_cast<std::size_t>(declaration.columns));
  float* out = values.data();
  for (std::size_t i = 0; i < declaration.parts.size(); ++i) {
    const formats::Weight part = checkpoint.vector(declaration.parts[i], declaration.part_rows[i]);
    formats::read_dense(part, 0, 1, out);
    out += declaration.part_rows[i];
  }
  return formats::weight_from_floats(declaration.parts.front(), 1, declaration.columns, std::move(values));
}

}  // namespace

WeightSource checkpoint_weights(const formats::Checkpoint& checkpoint, const LoadOptions& options) {
  return [checkpoint, options](const graph::WeightDeclaration& declaration) {
    if (declaration.vector) return read_vector(checkpoint, declaration);
    std::vector<formats::Weight> parts;
    parts.reserve(declaration.parts.size());
    for (std::size_t i = 0; i < declaration.parts.size(); ++i) {
      parts.push_back(maybe_quantized(
          checkpoint.matrix(declaration.parts[i], declaration.part_rows[i], declaration.columns), options));
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
