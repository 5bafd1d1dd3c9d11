#include "gerbil/embedder.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>

#include "engine/sentence_tasks.hpp"
#include "engine/whole_texts.hpp"

namespace gerbil {
namespace {

using Clock = std::chrono::steady_clock;

void normalize(std::vector<float>& vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  if (squares == 0) return;  // a text of no known tokens
  const auto factor = static_cast<float>(1 / std::sqrt(squares));
  for (float& value : vector) value *= factor;
}

// How a row of the model becomes an embedding.
struct Shape {
  std::int32_t width = 0, dimensions = 0;
  bool as_filed = false;
  bool normalized = false;

  std::vector<float> embedding(const float* row) const {
    // What the files cut off is cut off at the very end, as the reference does.
    std::vector<float> vector(row, row + (as_filed ? width : dimensions));
    if (normalized) normalize(vector);
    vector.resize(static_cast<std::size_t>(dimensions));
    return vector;
  }
};

Shape shape_of(const LoadedModel& model, const EmbedOptions& options) {
  const std::int32_t width = model.row_width;
  if (options.dimensions < 0 || options.dimensions > width) {
    throw Error(
        ErrorCode::invalid_argument,
        std::format("dimensions is {}, but should be between 1 and {}, or 0 for all.", options.dimensions, width));
  }
  const std::int32_t first = model.pipeline.first_dimensions;
  return {.width = width,
          .dimensions = options.dimensions > 0 ? options.dimensions
                        : first > 0            ? std::min(first, width)
                                               : width,
          .as_filed = options.dimensions == 0 && !options.normalize,
          .normalized = options.normalize.value_or(model.pipeline.normalize)};
}

Work<EmbedResult> prepare(const LoadedModel& model, const std::vector<TokenizedText>& texts,
                          const EmbedOptions& options, Clock::time_point start) {
  const Shape shape = shape_of(model, options);
  const std::int32_t adapter = plan_task(model.pipeline, options.task).adapter;
  return then<EmbedResult, std::vector<float>>(
      encode(model, texts, adapter, terms_of(options), options.progress),
      [shape, start, tokens = count_tokens(texts)](const std::vector<float>& rows) {
        EmbedResult result{.dimensions = shape.dimensions, .tokens = tokens};
        for (std::size_t at = 0; at < rows.size(); at += static_cast<std::size_t>(shape.width))
          result.vectors.push_back(shape.embedding(&rows[at]));
        result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        return result;
      });
}

// The tokens that a prompt takes at the beginning of a text, where the pooling leaves them out; 0 otherwise.
// Reference: sentence-transformers 6.2, Transformer._get_prompt_length().
std::int32_t prompt_tokens(const LoadedModel& model, const std::string& prompt, std::size_t limit) {
  if (model.pipeline.include_prompt || prompt.empty()) return 0;
  const TokenizedText alone = tokenize(model, prompt, 0, limit, true);
  const bool closed = !alone.ids.empty() && model.tokenizer().is_special(alone.ids.back());
  return static_cast<std::int32_t>(alone.ids.size()) - (closed ? 1 : 0);
}

Work<EmbedResult> prepare(const LoadedModel& model, const std::vector<std::string>& texts,
                          const EmbedOptions& options) {
  const auto start = Clock::now();
  const TaskPlan plan = plan_task(model.pipeline, options.task);
  const std::size_t limit = text_limit(model, plan.max_tokens);
  const std::int32_t skipped = prompt_tokens(model, plan.prompt, limit);
  std::vector<TokenizedText> tokenized;
  tokenized.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    tokenized.push_back(tokenize(model, plan.prompt + texts[i], i, limit, options.truncate));
    tokenized.back().prompt = skipped;
  }
  return prepare(model, tokenized, options, start);
}

Work<EmbedResult> prepare(const LoadedModel& model, const std::vector<TokenizedText>& texts,
                          const EmbedOptions& options) {
  return prepare(model, texts, options, Clock::now());
}

EmbedResult embed_now(const Model& model, const auto& texts, const EmbedOptions& options) {
  const auto loaded = LoadedModel::of(model);  // a callback may let go of the last handle
  return guarded([&] { return run(*loaded->driver, prepare(*loaded, texts, options)); });
}

void embed_later(const Model& model, const auto& texts, const EmbedOptions& options, Embedder::OnResult done) {
  const auto loaded = LoadedModel::of(model);
  guarded([&] { submit(*loaded->driver, prepare(*loaded, texts, options), std::move(done)); });
}

}  // namespace

Embedder::Embedder(Model model)
    : model_(guarded([&] { return LoadedModel::handle(LoadedModel::for_embeddings(LoadedModel::of(model))); })) {}

EmbedResult Embedder::embed(const std::vector<std::string>& texts, const EmbedOptions& options) const {
  return embed_now(model_, texts, options);
}

EmbedResult Embedder::embed(std::initializer_list<std::string_view> texts, const EmbedOptions& options) const {
  const auto list = guarded([&] { return std::vector<std::string>(texts.begin(), texts.end()); });
  return embed_now(model_, list, options);
}

EmbedResult Embedder::embed(const std::vector<TokenizedText>& texts, const EmbedOptions& options) const {
  return embed_now(model_, texts, options);
}

void Embedder::submit(const std::vector<std::string>& texts, const EmbedOptions& options, OnResult done) const {
  embed_later(model_, texts, options, std::move(done));
}

void Embedder::submit(const std::vector<TokenizedText>& texts, const EmbedOptions& options, OnResult done) const {
  embed_later(model_, texts, options, std::move(done));
}

}  // namespace gerbil
