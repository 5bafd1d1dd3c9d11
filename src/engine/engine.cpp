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
  if (!files.chat_templates) {
    throw Error(ErrorCode::unsupported,
                "The model '" + info.name + "' has no chat template; give it a plain text to continue.");
  }
  return files.chat_templates->render(to_json(messages), options);
}

void Engine::State::require_generator() const {
  if (!encodes()) return;
  throw Error(ErrorCode::unsupported, "The model '" + info.name + "' (" + info.architecture + ") " +
                                          (classifies() ? "classifies texts" : "was loaded to make embeddings") +
                                          ", so it cannot generate text.");
}

Prompt Engine::State::prompt(const std::vector<Message>& messages, const Options& options) const {
  const std::string text = render(messages, options);
  // The template writes its own special tokens.
  return {tokenizer().encode(text, false), opens_reasoning(text)};
}

Prompt Engine::State::prompt(std::string_view text, const Options& options) const {
  if (uses_template(options)) return prompt(std::vector<Message>{{"user", std::string(text)}}, options);
  return {tokenizer().encode(text, true), false};
}

Result Engine::generate(std::string_view prompt, const Options& options) const {
  const auto state = state_;  // a callback may let go of the last handle
  return state->generate(state->prompt(prompt, options), options);
}

Result Engine::generate(const std::vector<Message>& messages, const Options& options) const {
  const auto state = state_;
  return state->generate(state->prompt(messages, options), options);
}

Result Engine::generate(const std::vector<std::int32_t>& tokens, const Options& options) const {
  const auto state = state_;
  return state->generate({tokens}, options);
}

void Engine::submit(std::string_view prompt, const Options& options, OnResult done) const {
  state_->submit(state_->prompt(prompt, options), options, std::move(done));
}

void Engine::submit(const std::vector<Message>& messages, const Options& options, OnResult done) const {
  state_->submit(state_->prompt(messages, options), options, std::move(done));
}

void Engine::submit(const std::vector<std::int32_t>& tokens, const Options& options, OnResult done) const {
  state_->submit({tokens}, options, std::move(done));
}

bool Engine::poll() const {
  const auto state = state_;
  return state->driver->poll();
}

std::string Engine::render(const std::vector<Message>& messages, const Options& options) const {
  return state_->render(messages, options);
}

bool Engine::has_chat_template() const { return state_->files.chat_templates.has_value(); }

bool Engine::template_mentions(std::string_view name, const Options& options) const {
  return has_chat_template() && state_->files.chat_templates->mentions(name, options);
}

std::vector<std::int32_t> Engine::tokenize(std::string_view text, bool add_special) const {
  return state_->tokenizer().encode(text, add_special);
}

std::string Engine::detokenize(const std::vector<std::int32_t>& tokens, bool skip_special) const {
  return state_->tokenizer().decode(tokens, skip_special);
}

std::string Engine::token(std::int32_t id) const { return state_->tokenizer().token(id); }

std::vector<float> Engine::logits(const std::vector<std::int32_t>& tokens) const {
  state_->require_generator();
  std::vector<float> rows;
  state_->driver->run({{.tokens = tokens, .task = runtime::Score{}}}, [&](std::size_t, const runtime::Event& event) {
    rows.append_range(std::get<runtime::RowsEvent>(event).values);
    return true;
  });
  return rows;
}

Profile Engine::take_profile() const {
  if (!state_->profiler)
    throw Error(ErrorCode::invalid_argument,
                "The model '" + state_->info.name + "' was loaded without a profile; set LoadOptions::profile.");
  return state_->profiler->take();
}

const ModelInfo& Engine::info() const { return state_->info; }

const std::vector<std::string>& Engine::warnings() const { return state_->warnings; }

}  // namespace gerbil
