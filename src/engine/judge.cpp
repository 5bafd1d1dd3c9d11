#include "engine/judge.hpp"

#include <format>
#include <memory>

#include "engine/whole_texts.hpp"

namespace gerbil {
namespace {

// The form in which Qwen3-Reranker is asked: this, a pair of query and document, that; the answer is the next token.
// Source: the model card of Qwen/Qwen3-Reranker-0.6B.
constexpr std::string_view before_pair =
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    "provided. "
    "Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n<|im_start|>user\n";
constexpr std::string_view after_pair = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";

std::string pair_text(std::string_view instruction, std::string_view query, std::string_view document) {
  return std::format("<Instruct>: {}\n<Query>: {}\n<Document>: {}", instruction, query, document);
}

}  // namespace

std::optional<JudgementTokens> judgement_tokens(const tokenizer::Tokenizer& tokenizer) {
  const auto yes = tokenizer.encode("yes", false);
  const auto no = tokenizer.encode("no", false);
  if (yes.size() != 1 || no.size() != 1) return std::nullopt;
  return JudgementTokens{static_cast<std::size_t>(yes.front()), static_cast<std::size_t>(no.front())};
}

Work<RankResult> judge(const LoadedModel& model, std::string_view query, const std::vector<std::string>& documents,
                       const RankOptions& options) {
  const tokenizer::Tokenizer& tokenizer = model.tokenizer();
  const std::vector<std::int32_t> before = tokenizer.encode(before_pair, false);
  const std::vector<std::int32_t> after = tokenizer.encode(after_pair, false);
  const std::size_t around = before.size() + after.size() + 1;  // the answer is a token, too
  const auto context = static_cast<std::size_t>(model.info.context_length);
  const auto result = std::make_shared<RankResult>();
  result->scores.resize(documents.size());
  const Terms terms = terms_of(options);
  Work<RankResult> work;
  for (const std::string& document : documents) {
    std::vector<std::int32_t> pair = tokenizer.encode(pair_text(options.instruction, query, document), false);
    if (around + pair.size() > context) {
      if (!options.truncate || around >= context) {
        throw Error(ErrorCode::invalid_argument,
                    std::format("Text {} has {} tokens with the query and the instruction, but '{}' takes at most {}: "
                                "shorten it, or ask for truncation.",
                                work.requests.size() + 1, around + pair.size(), model.info.name, context));
      }
      pair.resize(context - around);  // the end of the document, as the reference does
    }
    std::vector<std::int32_t> tokens = before;  // what they have in common is computed once
    tokens.append_range(pair);
    tokens.append_range(after);
    result->tokens += std::ssize(tokens);
    const auto last = static_cast<std::int32_t>(tokens.size()) - 1;
    work.requests.push_back({.tokens = std::move(tokens), .task = runtime::Score{last}});
    terms.apply(work.requests.back());
  }
  work.take = [result, answers = judgement_tokens(tokenizer).value(), progress = callers(options.progress),
               total = std::ssize(documents),
               done = std::int64_t{0}](std::size_t number, const runtime::Event& event) mutable {
    const std::vector<float>& logits = std::get<runtime::RowsEvent>(event).values;
    result->scores[number] =
        static_cast<float>(activate(Activation::sigmoid, double{logits[answers.yes]} - logits[answers.no]));
    if (progress) progress(++done, total);
    return true;
  };
  work.finish = [result](const std::vector<runtime::Outcome>& outcomes) {
    check_cancellation(outcomes, "documents");
    return std::move(*result);
  };
  return work;
}

}  // namespace gerbil
