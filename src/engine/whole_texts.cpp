#include "engine/whole_texts.hpp"

#include <algorithm>
#include <format>
#include <memory>

namespace gerbil {

std::size_t text_limit(const LoadedModel& model, std::int32_t max_tokens) {
  const std::int32_t context = model.info.context_length;
  return static_cast<std::size_t>(max_tokens > 0 ? std::min(max_tokens, context) : context);
}

TokenizedText fit(const LoadedModel& model, tokenizer::Encoding encoding, std::size_t number, std::size_t limit) {
  const std::size_t length = encoding.ids.size();
  if (length > limit) {
    throw Error(ErrorCode::invalid_argument,
                std::format("Text {} has {} tokens, but '{}' takes at most {}: shorten it, or ask for truncation.",
                            number + 1, length, model.info.name, limit));
  }
  if (!model.pipeline.texts.token_types) encoding.type_ids.clear();
  return {std::move(encoding.ids), std::move(encoding.type_ids)};
}

TokenizedText tokenize(const LoadedModel& model, const std::string& text, std::size_t number, std::size_t limit,
                       bool truncate) {
  const SentencePipeline& pipeline = model.pipeline;
  const tokenizer::Tokenizer& tokenizer = model.tokenizer();
  tokenizer::EncodeOptions options{.add_special = pipeline.special_tokens && pipeline.texts.special_tokens};
  if (pipeline.unknown_tokens) {
    if (truncate) options.max_tokens = limit;
    return fit(model, tokenizer.encode_single(text, options), number, limit);
  }
  // The words that count are known only after the unknown ones are gone.
  tokenizer::Encoding encoding = tokenizer.encode_single(text, options);
  if (const auto unknown = tokenizer.unknown_id()) std::erase(encoding.ids, *unknown);
  encoding.type_ids.clear();
  if (truncate && encoding.ids.size() > limit) encoding.ids.resize(limit);
  return fit(model, std::move(encoding), number, limit);
}

Work<std::vector<float>> encode(const LoadedModel& model, const std::vector<TokenizedText>& texts, std::int32_t adapter,
                                const Terms& terms, const Progress& progress) {
  // A model without types ignores those that its tokenizer gives.
  const bool typed = model.driver->options().types > 1;
  const auto width = static_cast<std::size_t>(model.row_width);
  Work<std::vector<float>> work;
  std::vector<std::size_t> places;  // of the requests' texts: one without tokens is all zeros
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const TokenizedText& text = texts[i];
    if (text.ids.empty()) continue;
    places.push_back(i);
    work.requests.push_back({.tokens = text.ids,
                             .task = runtime::Encode{.types = typed ? text.types : std::vector<std::int32_t>(),
                                                     .skipped = model.pipeline.include_prompt ? 0 : text.prompt,
                                                     .adapter = adapter},
                             .name = std::format("Text {}", i + 1)});
    terms.apply(work.requests.back());
  }
  const auto rows = std::make_shared<std::vector<float>>(texts.size() * width);
  work.take = [rows, width, places = std::move(places), progress = callers(progress), total = std::ssize(texts),
               done = std::ssize(texts) - std::ssize(work.requests)](std::size_t number,
                                                                     const runtime::Event& event) mutable {
    std::ranges::copy(std::get<runtime::RowsEvent>(event).values,
                      rows->begin() + static_cast<std::ptrdiff_t>(places[number] * width));
    if (progress) progress(++done, total);
    return true;
  };
  work.finish = [rows](const std::vector<runtime::Outcome>& outcomes) {
    check_cancellation(outcomes, "texts");
    return std::move(*rows);
  };
  return work;
}

std::int64_t count_tokens(const std::vector<TokenizedText>& texts) {
  std::int64_t tokens = 0;
  for (const TokenizedText& text : texts) tokens += std::ssize(text.ids);
  return tokens;
}

void check_cancellation(const std::vector<runtime::Outcome>& outcomes, std::string_view kind) {
  const auto done = std::ranges::count_if(
      outcomes, [](const runtime::Outcome& outcome) { return outcome.ending != runtime::Ending::cancelled; });
  if (done == std::ssize(outcomes)) return;
  throw Error(ErrorCode::cancelled, std::format("Cancelled after {} of {} {}.", done, outcomes.size(), kind));
}

}  // namespace gerbil
