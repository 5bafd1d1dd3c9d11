#include "gerbil/engine.hpp"

#include <utility>

#include "engine/state.hpp"

namespace gerbil {
namespace {

// Some templates open the think tag themselves, so the answer begins inside it.
bool opens_reasoning(std::string_view prompt) {
  const std::size_t end = prompt.find_last_not_of(" \n\r\t");
  return end != std::string_view::npos && prompt.substr(0, end + 1).ends_with("<think>");
}

}  // namespace

std::string Engine::State::render(const std::vector<Message>& messages, const Options& options) const {
  if (messages.empty()) {
    throw Error(ErrorCode::invalid_argument, "The conversation has no messages; it should have at least one.");
  }
  if (!files.chat_template) {
    throw Error(ErrorCode::unsupported,
                "The model '" + info.name + "' has no chat template; give it a plain text to continue.");
  }
  return files.chat_template->render(messages, options);
}

runtime::Scheduler& Engine::State::require_scheduler() const {
  if (scheduler) return *scheduler;
  throw Error(ErrorCode::unsupported, "The model '" + info.name + "' (" + info.architecture + ") " +
                                          (classifies() ? "classifies texts" : "was loaded to make embeddings") +
                                          ", so it cannot generate text.");
}

Result Engine::generate(std::string_view prompt, const Options& options) const {
  if (state_->uses_template(options)) return generate(std::vector<Message>{{"user", std::string(prompt)}}, options);
  return state_->generate(tokenize(prompt), options, false);
}

Result Engine::generate(const std::vector<Message>& messages, const Options& options) const {
  const std::string prompt = render(messages, options);
  // The template writes its own special tokens.
  return state_->generate(tokenize(prompt, false), options, opens_reasoning(prompt));
}

Result Engine::generate(const std::vector<std::int32_t>& tokens, const Options& options) const {
  return state_->generate(tokens, options, false);
}

std::string Engine::render(const std::vector<Message>& messages, const Options& options) const {
  return state_->render(messages, options);
}

bool Engine::has_chat_template() const { return state_->files.chat_template.has_value(); }

bool Engine::chat_template_reads(std::string_view variable) const {
  return state_->files.chat_template && state_->files.chat_template->reads(variable);
}

std::vector<std::int32_t> Engine::tokenize(std::string_view text, bool add_special) const {
  return state_->tokenizer().encode(text, add_special);
}

std::string Engine::detokenize(const std::vector<std::int32_t>& tokens, bool skip_special) const {
  return state_->tokenizer().decode(tokens, skip_special);
}

std::string Engine::token(std::int32_t id) const { return state_->tokenizer().token(id); }

std::vector<float> Engine::logits(const std::vector<std::int32_t>& tokens) const {
  return state_->require_scheduler().logits(tokens);
}

const ModelInfo& Engine::info() const { return state_->info; }

const std::vector<std::string>& Engine::warnings() const { return state_->warnings; }

}  // namespace gerbil
