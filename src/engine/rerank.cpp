#include <format>

#include "engine/sentence_tasks.hpp"
#include "engine/state.hpp"

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

std::int32_t answer_id(const tokenizer::Tokenizer& tokenizer, std::string_view answer, const std::string& model) {
  const auto ids = tokenizer.encode(answer, false);
  if (ids.size() == 1) return ids.front();
  throw Error(ErrorCode::unsupported, std::format("The vocabulary of '{}' has no token \"{}\", which a language model "
                                                  "that ranks documents needs.",
                                                  model, answer));
}

}  // namespace

// Pairs of query and document through a classifier.
std::vector<float> Engine::State::score_pairs(std::string_view query, const std::vector<std::string>& documents,
                                              const RerankOptions& options) const {
  if (!classifies() || info.dimensions != 1) {
    throw Error(ErrorCode::unsupported,
                std::format("The model '{}' ({}) {}, but ranking needs a cross-encoder with one class, or a language "
                            "model such as Qwen3-Reranker.",
                            info.name, info.architecture,
                            classifies() ? std::format("has {} classes", info.dimensions) : "makes embeddings"));
  }
  const TaskPlan plan = plan_task(pipeline, "");
  const std::size_t limit = text_limit(plan.max_tokens);
  tokenizer::EncodeOptions encode_options{.add_special = pipeline.texts.special_tokens,
                                          .truncation = pipeline.texts.truncation};
  if (options.truncate) encode_options.max_tokens = limit;
  const std::string prompted = plan.prompt + std::string(query);  // before the query, as the reference does
  std::vector<TokenizedText> pairs;
  pairs.reserve(documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    pairs.push_back(fit(tokenizer().encode_pair(prompted, documents[i], encode_options), i, limit));
  }
  std::vector<float> scores = encode(pairs, 0, options.cancellation, options.progress);
  for (float& score : scores) score = static_cast<float>(activate(score_activation, score));
  return scores;
}

// The probability of "yes" against "no", document by document; what they have in common is computed once.
std::vector<float> Engine::State::judge(std::string_view query, const std::vector<std::string>& documents,
                                        const RerankOptions& options) const {
  const auto yes = static_cast<std::size_t>(answer_id(tokenizer(), "yes", info.name));
  const auto no = static_cast<std::size_t>(answer_id(tokenizer(), "no", info.name));
  const std::vector<std::int32_t> before = tokenizer().encode(before_pair, false);
  const std::vector<std::int32_t> after = tokenizer().encode(after_pair, false);
  const std::size_t around = before.size() + after.size() + 1;  // the answer is a token, too
  const auto context = static_cast<std::size_t>(info.context_length);
  std::vector<float> scores;
  for (const std::string& document : documents) {
    if (options.cancellation.cancelled()) {
      throw Error(ErrorCode::cancelled,
                  std::format("Cancelled after {} of {} documents.", scores.size(), documents.size()));
    }
    std::vector<std::int32_t> pair = tokenizer().encode(pair_text(options.instruction, query, document), false);
    if (around + pair.size() > context) {
      if (!options.truncate || around >= context) {
        throw Error(ErrorCode::invalid_argument,
                    std::format("Text {} has {} tokens with the query and the instruction, but '{}' takes at most {}: "
                                "shorten it, or ask for truncation.",
                                scores.size() + 1, around + pair.size(), info.name, context));
      }
      pair.resize(context - around);  // the end of the document, as the reference does
    }
    runtime::Request request;
    request.prompt = before;
    request.prompt.insert(request.prompt.end(), pair.begin(), pair.end());
    request.prompt.insert(request.prompt.end(), after.begin(), after.end());
    request.max_tokens = 1;
    request.want_logits = true;
    scheduler->run(request, [&](std::int32_t, std::span<const float> logits) {
      scores.push_back(static_cast<float>(activate(Activation::sigmoid, double{logits[yes]} - logits[no])));
      return false;
    });
    if (options.progress) options.progress(std::ssize(scores), std::ssize(documents));
  }
  return scores;
}

std::vector<float> Engine::rerank(std::string_view query, const std::vector<std::string>& documents,
                                  const RerankOptions& options) const {
  return state_->scheduler ? state_->judge(query, documents, options) : state_->score_pairs(query, documents, options);
}

}  // namespace gerbil
