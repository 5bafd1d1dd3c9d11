#include "gerbil/classifier.hpp"

#include <chrono>

#include "engine/whole_texts.hpp"

namespace gerbil {
namespace {

using Clock = std::chrono::steady_clock;

Work<ClassifyResult> prepare(const LoadedModel& model, const std::vector<TokenizedText>& texts,
                             const ClassifyOptions& options) {
  return then<ClassifyResult, std::vector<float>>(
      encode(model, texts, 0, terms_of(options), options.progress),
      [start = Clock::now(), width = static_cast<std::ptrdiff_t>(model.row_width),
       tokens = count_tokens(texts)](const std::vector<float>& rows) {
        ClassifyResult result{.tokens = tokens};
        for (auto row = rows.begin(); row != rows.end(); row += width) result.logits.emplace_back(row, row + width);
        result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        return result;
      });
}

Work<ClassifyResult> prepare(const LoadedModel& model, const std::vector<std::string>& texts,
                             const ClassifyOptions& options) {
  const std::size_t limit = text_limit(model, model.pipeline.texts.max_tokens);
  std::vector<TokenizedText> tokenized;
  tokenized.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    tokenized.push_back(tokenize(model, texts[i], i, limit, options.truncate));
  return prepare(model, tokenized, options);
}

}  // namespace

Classifier::Classifier(Model model) : model_(std::move(model)) {
  guarded([&] { LoadedModel::of(model_)->require(Task::classify); });
}

ClassifyResult Classifier::classify(const std::vector<std::string>& texts, const ClassifyOptions& options) const {
  const auto loaded = LoadedModel::of(model_);  // a callback may let go of the last handle
  return guarded([&] { return run(*loaded->driver, prepare(*loaded, texts, options)); });
}

ClassifyResult Classifier::classify(const std::vector<TokenizedText>& texts, const ClassifyOptions& options) const {
  const auto loaded = LoadedModel::of(model_);
  return guarded([&] { return run(*loaded->driver, prepare(*loaded, texts, options)); });
}

void Classifier::submit(const std::vector<std::string>& texts, const ClassifyOptions& options, OnResult done) const {
  const auto loaded = LoadedModel::of(model_);
  guarded([&] { gerbil::submit(*loaded->driver, prepare(*loaded, texts, options), std::move(done)); });
}

}  // namespace gerbil
