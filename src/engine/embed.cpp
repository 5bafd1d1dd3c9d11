#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>

#include "engine/sentence_tasks.hpp"
#include "engine/state.hpp"

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

}  // namespace

void check_cancellation(const std::vector<runtime::Outcome>& outcomes, std::string_view kind) {
  const auto done = std::ranges::count_if(
      outcomes, [](const runtime::Outcome& outcome) { return outcome.ending != runtime::Ending::cancelled; });
  if (done == std::ssize(outcomes)) return;
  throw Error(ErrorCode::cancelled, std::format("Cancelled after {} of {} {}.", done, outcomes.size(), kind));
}

void Engine::State::require_encoder(std::string_view wish) const {
  if (encodes()) return;
  throw Error(ErrorCode::unsupported,
              std::format("The model '{}' ({}) was loaded to generate text, so it cannot {}; load "
                          "it with Purpose::embed.",
                          info.name, info.architecture, wish));
}

std::size_t Engine::State::text_limit(std::int32_t max_tokens) const {
  return static_cast<std::size_t>(max_tokens > 0 ? std::min(max_tokens, info.context_length) : info.context_length);
}

TokenizedText Engine::State::fit(tokenizer::Encoding encoding, std::size_t number, std::size_t limit) const {
  const std::size_t length = encoding.ids.size();
  if (length > limit) {
    throw Error(ErrorCode::invalid_argument,
                std::format("Text {} has {} tokens, but '{}' takes at most {}: shorten it, or ask for truncation.",
                            number + 1, length, info.name, limit));
  }
  if (!pipeline.texts.token_types) encoding.type_ids.clear();
  return {std::move(encoding.ids), std::move(encoding.type_ids)};
}

TokenizedText Engine::State::tokenize(const std::string& text, std::size_t number, std::size_t limit,
                                      bool truncate) const {
  tokenizer::EncodeOptions options{.add_special = pipeline.special_tokens && pipeline.texts.special_tokens};
  if (pipeline.unknown_tokens) {
    if (truncate) options.max_tokens = limit;
    return fit(tokenizer().encode_single(text, options), number, limit);
  }
  // The words that count are known only after the unknown ones are gone.
  tokenizer::Encoding encoding = tokenizer().encode_single(text, options);
  if (const auto unknown = tokenizer().unknown_id()) std::erase(encoding.ids, *unknown);
  encoding.type_ids.clear();
  if (truncate && encoding.ids.size() > limit) encoding.ids.resize(limit);
  return fit(std::move(encoding), number, limit);
}

// Reference: sentence-transformers 6.2, Transformer._get_prompt_length().
std::int32_t Engine::State::prompt_tokens(const std::string& prompt, std::size_t limit) const {
  if (pipeline.include_prompt || prompt.empty()) return 0;
  const TokenizedText alone = tokenize(prompt, 0, limit, true);
  const bool closed = !alone.ids.empty() && tokenizer().is_special(alone.ids.back());
  return static_cast<std::int32_t>(alone.ids.size()) - (closed ? 1 : 0);
}

std::vector<float> Engine::State::encode(const std::vector<TokenizedText>& texts, std::int32_t task,
                                         const Cancellation& cancellation,
                                         const std::function<void(std::int64_t, std::int64_t)>& progress) const {
  const bool typed = driver->options().types > 1;  // a model without types ignores those that its tokenizer gives
  const auto width = static_cast<std::size_t>(info.dimensions);
  std::vector<runtime::Request> requests;
  std::vector<std::size_t> places;  // of the requests' texts: one without tokens is all zeros
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const TokenizedText& text = texts[i];
    if (text.ids.empty()) continue;
    places.push_back(i);
    requests.push_back({.tokens = text.ids,
                        .task = runtime::Encode{.types = typed ? text.types : std::vector<std::int32_t>(),
                                                .skipped = pipeline.include_prompt ? 0 : text.prompt,
                                                .adapter = task},
                        .name = std::format("Text {}", i + 1),
                        .cancelled = [flag = cancellation] { return flag.cancelled(); }});
  }
  std::vector<float> rows(texts.size() * width);
  std::int64_t done = std::ssize(texts) - std::ssize(requests);
  const auto outcomes = driver->run(std::move(requests), [&](std::size_t number, const runtime::Event& event) {
    std::ranges::copy(std::get<runtime::RowsEvent>(event).values,
                      rows.begin() + static_cast<std::ptrdiff_t>(places[number] * width));
    if (progress) progress(++done, std::ssize(texts));
    return true;
  });
  check_cancellation(outcomes, "texts");
  return rows;
}

Embeddings Engine::embed(const std::vector<TokenizedText>& texts, const EmbedOptions& options) const {
  const auto start = Clock::now();
  const auto state = state_;  // a callback may let go of the last handle
  state->require_encoder("embed texts");
  const std::int32_t width = state->info.dimensions;
  if (options.dimensions < 0 || options.dimensions > width) {
    throw Error(
        ErrorCode::invalid_argument,
        std::format("dimensions is {}, but should be between 1 and {}, or 0 for all.", options.dimensions, width));
  }
  Embeddings result;
  const std::int32_t first = state->pipeline.first_dimensions;
  const bool as_filed = options.dimensions == 0 && !options.normalize;
  result.dimensions = options.dimensions > 0 ? options.dimensions : first > 0 ? std::min(first, width) : width;
  const std::int32_t adapter = state->classifies() ? 0 : plan_task(state->pipeline, options.task).adapter;
  const std::vector<float> rows = state->encode(texts, adapter, options.cancellation, options.progress);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * static_cast<std::size_t>(width));
    // What the files cut off is cut off at the very end, as the reference does.
    auto& vector = result.vectors.emplace_back(row, row + (as_filed ? width : result.dimensions));
    if (options.normalize.value_or(state->pipeline.normalize)) normalize(vector);
    vector.resize(static_cast<std::size_t>(result.dimensions));
    result.tokens += std::ssize(texts[i].ids);
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

Embeddings Engine::embed(std::initializer_list<std::string_view> texts, const EmbedOptions& options) const {
  return embed(std::vector<std::string>(texts.begin(), texts.end()), options);
}

Embeddings Engine::embed(const std::vector<std::string>& texts, const EmbedOptions& options) const {
  const auto start = Clock::now();
  const auto state = state_;
  state->require_encoder("embed texts");
  if (state->classifies()) {
    throw Error(ErrorCode::unsupported, std::format("The model '{}' ({}) classifies texts and makes no embeddings; use "
                                                    "rerank.",
                                                    state->info.name, state->info.architecture));
  }
  const TaskPlan plan = plan_task(state->pipeline, options.task);
  const std::size_t limit = state->text_limit(plan.max_tokens);
  const std::int32_t prompt_tokens = state->prompt_tokens(plan.prompt, limit);
  std::vector<TokenizedText> tokenized;
  tokenized.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    tokenized.push_back(state->tokenize(plan.prompt + texts[i], i, limit, options.truncate));
    tokenized.back().prompt = prompt_tokens;
  }
  Embeddings result = embed(tokenized, options);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace gerbil
