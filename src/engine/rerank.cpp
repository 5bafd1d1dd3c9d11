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
  std::vector<runtime::Request> requests;
  for (const std::string& document : documents) {
    std::vector<std::int32_t> pair = tokenizer().encode(pair_text(options.instruction, query, document), false);
    if (around + pair.size() > context) {
      if (!options.truncate || around >= context) {
        throw Error(ErrorCode::invalid_argument,
                    std::format("Text {} has {} tokens with the query and the instruction, but '{}' takes at most {}: "
                                "shorten it, or ask for truncation.",
                                requests.size() + 1, around + pair.size(), info.name, context));
      }
      pair.resize(context - around);  // the end of the document, as the reference does
    }
    std::vector<std::int32_t> tokens = before;
    tokens.append_range(pair);
    tokens.append_range(after);
    const auto last = static_cast<std::int32_t>(tokens.size()) - 1;
    requests.push_back({.tokens = std::move(tokens),
                        .task = runtime::Score{last},
                        .cancelled = [flag = options.cancellation] { return flag.cancelled(); }});
  }
  std::vector<float> scores(documents.size());
  std::int64_t done = 0;
  const auto outcomes = driver->run(std::move(requests), [&](std::size_t number, const runtime::Event& event) {
    const std::vector<float>& logits = std::get<runtime::RowsEvent>(event).values;
    scores[number] = static_cast<float>(activate(Activation::sigmoid, double{logits[yes]} - logits[no]));
    if (options.progress) options.progress(++done, std::ssize(documents));
    return true;
  });
  check_cancellation(outcomes, "documents");
  return scores;
}

std::vector<float> Engine::rerank(std::string_view query, const std::vector<std::string>& documents,
                                  const RerankOptions& options) const {
  const auto state = state_;  // a callback may let go of the last handle
  return state->encodes() ? state->score_pairs(query, documents, options) : state->judge(query, documents, options);
}

}  // namespace gerbil
