#include "engine/draft_model.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

void check_vocabulary(const LoadedModel& draft, const LoadedModel& target) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::invalid_argument,
                std::format("The draft {} cannot guess for {}: {}.", draft.info.name, target.info.name, why));
  };
  if (!draft.files.tokenizer || !target.files.tokenizer) {
    if (draft.info.vocabulary_size != target.info.vocabulary_size)
      refuse(std::format("it has {} tokens, and not {}", draft.info.vocabulary_size, target.info.vocabulary_size));
    return;
  }
  const tokenizer::Tokenizer& guessed = *draft.files.tokenizer;
  const tokenizer::Tokenizer& wanted = *target.files.tokenizer;
  const std::size_t common = std::min(guessed.vocabulary_size(), wanted.vocabulary_size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto id = static_cast<tokenizer::TokenId>(i);
    if (guessed.token(id) != wanted.token(id))
      refuse(std::format("token {} is '{}' in its vocabulary, and '{}' in that of the model", i, guessed.token(id),
                         wanted.token(id)));
  }
}

}  // namespace

DraftModel::DraftModel(std::shared_ptr<LoadedModel> draft, const LoadedModel& target)
    : draft_(std::move(draft)), vocabulary_(std::min(draft_->info.vocabulary_size, target.info.vocabulary_size)) {
  check_vocabulary(*draft_, target);
}

void DraftModel::guess(std::vector<runtime::Draft>& drafts) {
  const runtime::SchedulerOptions& options = draft_->driver->options();
  const std::int32_t room = std::min(options.context_length, options.kv_tokens);
  std::vector<runtime::Draft*> asked;
  std::vector<runtime::Request> requests;
  for (runtime::Draft& draft : drafts) {
    const bool knows = std::ranges::all_of(draft.tokens, [&](std::int32_t token) { return token < vocabulary_; });
    if (!knows || std::ssize(draft.tokens) + draft.most > room) continue;
    asked.push_back(&draft);
    requests.push_back({.tokens = std::move(draft.tokens),
                        .task = runtime::Generate{.max_tokens = draft.most, .sampling = std::move(draft.sampling)}});
    auto& generate = std::get<runtime::Generate>(requests.back().task);
    generate.bias = std::exchange(generate.sampling.adjustments, {});
    std::erase_if(generate.bias, [&](const LogitAdjustment& bias) { return bias.token >= vocabulary_; });
    generate.sampling.alternatives = -1;
  }
  const auto answers =
      draft_->driver->run(std::move(requests), [](std::size_t, const runtime::Event&) { return true; });
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& tokens = answers[i].tokens;
    const auto known = std::ranges::find_if(tokens, [&](std::int32_t token) { return token >= vocabulary_; });
    asked[i]->guesses.assign(tokens.begin(), known);
  }
}

}  // namespace gerbil
