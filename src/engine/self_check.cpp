#include "engine/self_check.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <span>

#include "engine/conversation.hpp"

namespace gerbil {
namespace {

constexpr std::string_view question = "Tell me a story about a fox.";
constexpr std::string_view answer =
    "Once upon a time there was a little fox who lived in the forest with her mother. One day she went to the river.";

// Models of ordinary text have a loss of 2 to 4 here, random ones at or above that of the uniform distribution. A model
// of a small world of its own can come as near to it as 0.9.
constexpr double margin = 0.5;

double log_sum_exp(std::span<const float> row) {
  const float largest = *std::ranges::max_element(row);
  double sum = 0.0;
  for (const float value : row) sum += std::exp(static_cast<double>(value - largest));
  return largest + std::log(sum);
}

// The question as the model's template writes it; none when there is no template, or one that does not take a plain
// question.
std::vector<std::int32_t> question_tokens(const ModelFiles& files) {
  if (!files.chat_templates) return {};
  try {
    const Json messages = template_messages({{"user", std::string(question)}});
    return files.tokenizer->encode(files.chat_templates->render(messages, {.enable_thinking = false}), false);
  } catch (const Error&) {
    return {};
  }
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

std::optional<std::string> check_predictions(runtime::Driver& driver, const ModelFiles& files,
                                             std::int32_t vocabulary) {
  std::vector<std::int32_t> tokens = question_tokens(files);
  const std::size_t asked =
      std::max<std::size_t>(1, tokens.size());  // the first token of all has nothing to predict it
  const auto answer_tokens = files.tokenizer->encode(answer, tokens.empty());
  tokens.insert(tokens.end(), answer_tokens.begin(), answer_tokens.end());
  const bool usable = tokens.size() > asked && std::ranges::all_of(tokens, [&](auto id) { return id < vocabulary; });
  if (!usable) return std::format("The tokenizer gives ids beyond the model's vocabulary of {}.", vocabulary);
  double loss = 0.0;
  const auto add = [&](std::size_t, const runtime::Event& event) {
    const auto& [first, values] = std::get<runtime::RowsEvent>(event);
    auto next = static_cast<std::size_t>(first) + 1;
    const auto width = static_cast<std::size_t>(vocabulary);
    for (std::size_t at = 0; at < values.size() && next < tokens.size(); at += width) {
      const std::span row(values.data() + at, width);
      loss += log_sum_exp(row) - row[static_cast<std::size_t>(tokens[next++])];
    }
    return true;
  };
  driver.run({{.tokens = tokens, .task = runtime::Score{static_cast<std::int32_t>(asked) - 1}}}, add);
  loss /= static_cast<double>(tokens.size() - asked);
  const double uniform = std::log(static_cast<double>(vocabulary));
  if (loss < uniform - margin) return std::nullopt;
  return std::format(
      "The checkpoint looks broken: its mean loss on a plain English text is {:.2f}, but {:.2f} is "
      "reached by guessing; a trained model is far below.",
      loss, uniform);
}

}  // namespace gerbil
