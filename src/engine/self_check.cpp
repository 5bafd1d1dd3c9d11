#include "engine/self_check.hpp"

#include <algorithm>
#include <cmath>
#include <format>

namespace gerbil {
namespace {

constexpr std::string_view sentence =
    "Once upon a time there was a little fox who lived in the forest with her mother. One day she went to the river.";

// Trained models are far below (a loss of 2 to 4 on this sentence), random ones at or above the uniform distribution.
constexpr double margin = 1.0;

double log_sum_exp(std::span<const float> row) {
  const float largest = *std::ranges::max_element(row);
  double sum = 0.0;
  for (const float value : row) sum += std::exp(static_cast<double>(value - largest));
  return largest + std::log(sum);
}

}  // namespace

std::vector<std::string> check_weights(const graph::Graph& graph, const WeightSource& weights,
                                       formats::CheckMode mode) {
  std::vector<std::string> findings;
  for (const graph::WeightDeclaration& declaration : graph.weights) {
    auto found = formats::check_weight(weights(declaration), mode);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

std::optional<std::string> check_predictions(runtime::Scheduler& scheduler, const tokenizer::Tokenizer& tokenizer,
                                             std::int32_t vocabulary) {
  const auto tokens = tokenizer.encode(sentence);
  const bool usable = tokens.size() > 1 && std::ranges::all_of(tokens, [&](auto id) { return id < vocabulary; });
  if (!usable) return std::format("The tokenizer gives ids beyond the model's vocabulary of {}.", vocabulary);
  const std::vector<float> logits = scheduler.logits(tokens);
  double loss = 0.0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const auto width = static_cast<std::size_t>(vocabulary);
    const std::span row(logits.data() + i * width, width);
    loss += log_sum_exp(row) - row[static_cast<std::size_t>(tokens[i + 1])];
  }
  loss /= static_cast<double>(tokens.size() - 1);
  const double uniform = std::log(static_cast<double>(vocabulary));
  if (loss < uniform - margin) return std::nullopt;
  return std::format(
      "The checkpoint looks broken: its mean loss on a plain English sentence is {:.2f}, but {:.2f} is "
      "reached by guessing; a trained model is far below.",
      loss, uniform);
}

}  // namespace gerbil
