#include "gerbil/ranker.hpp"

#include <chrono>
#include <functional>

#include "engine/judge.hpp"
#include "engine/sentence_tasks.hpp"
#include "engine/whole_texts.hpp"

namespace gerbil {
namespace {

using Clock = std::chrono::steady_clock;

// Pairs of query and document through a classifier of one class.
Work<RankResult> score_pairs(const LoadedModel& model, std::string_view query,
                             const std::vector<std::string>& documents, const RankOptions& options) {
  const TaskPlan plan = plan_task(model.pipeline, "");
  const std::size_t limit = text_limit(model, plan.max_tokens);
  tokenizer::EncodeOptions encode_options{.add_special = model.pipeline.texts.special_tokens,
                                          .truncation = model.pipeline.texts.truncation};
  if (options.truncate) encode_options.max_tokens = limit;
  const std::string prompted = plan.prompt + std::string(query);  // before the query, as the reference does
  std::vector<TokenizedText> pairs;
  pairs.reserve(documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    pairs.push_back(fit(model, model.tokenizer().encode_pair(prompted, documents[i], encode_options), i, limit));
  }
  return then<RankResult, std::vector<float>>(
      encode(model, pairs, 0, terms_of(options), options.progress),
      [activation = model.score_activation, tokens = count_tokens(pairs)](std::vector<float> scores) {
        for (float& score : scores) score = static_cast<float>(activate(activation, score));
        return RankResult{.scores = std::move(scores), .tokens = tokens};
      });
}

Work<RankResult> prepare(const LoadedModel& model, std::string_view query, const std::vector<std::string>& documents,
                         const RankOptions& options) {
  return then<RankResult, RankResult>(model.can(Task::generate) ? judge(model, query, documents, options)
                                                                : score_pairs(model, query, documents, options),
                                      [start = Clock::now()](RankResult result) {
                                        result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
                                        return result;
                                      });
}

}  // namespace

Ranker::Ranker(Model model) : model_(std::move(model)) {
  guarded([&] { LoadedModel::of(model_)->require(Task::rank); });
}

RankResult Ranker::rank(std::string_view query, const std::vector<std::string>& documents,
                        const RankOptions& options) const {
  const auto loaded = LoadedModel::of(model_);  // a callback may let go of the last handle
  return guarded([&] { return run(*loaded->driver, prepare(*loaded, query, documents, options)); });
}

void Ranker::submit(std::string_view query, const std::vector<std::string>& documents, const RankOptions& options,
                    OnResult done) const {
  const auto loaded = LoadedModel::of(model_);
  guarded([&] { gerbil::submit(*loaded->driver, prepare(*loaded, query, documents, options), std::move(done)); });
}

}  // namespace gerbil
