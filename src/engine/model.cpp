#include "gerbil/model.hpp"

#include "base/boundary.hpp"
#include "engine/conversation.hpp"
#include "engine/loaded_model.hpp"

namespace gerbil {

const tokenizer::Tokenizer& LoadedModel::tokenizer() const {
  if (!files.tokenizer) {
    throw Error(ErrorCode::unsupported,
                "The model '" + info.name + "' came without tokenizer.json, so it takes token ids only.");
  }
  return *files.tokenizer;
}

std::string LoadedModel::render(const std::vector<Message>& messages, const TemplateOptions& options) const {
  if (messages.empty()) {
    throw Error(ErrorCode::invalid_argument, "The conversation has no messages; it should have at least one.");
  }
  if (!files.chat_templates) {
    throw Error(ErrorCode::unsupported,
                "The model '" + info.name + "' has no chat template; give it a plain text to continue.");
  }
  return files.chat_templates->render(template_messages(messages), options);
}

const ModelInfo& Model::info() const noexcept { return loaded_->info; }
const std::vector<std::string>& Model::warnings() const noexcept { return loaded_->warnings; }
bool Model::can(Task task) const noexcept { return loaded_->can(task); }
bool Model::has_chat_template() const noexcept { return loaded_->files.chat_templates.has_value(); }

std::vector<std::int32_t> Model::tokenize(std::string_view text, bool add_special) const {
  return guarded([&] { return loaded_->tokenizer().encode(text, add_special); });
}

std::string Model::detokenize(const std::vector<std::int32_t>& tokens, bool skip_special) const {
  return guarded([&] { return loaded_->tokenizer().decode(tokens, skip_special); });
}

std::string Model::token(std::int32_t id) const {
  return guarded([&] { return loaded_->tokenizer().token(id); });
}

std::string Model::render(const std::vector<Message>& messages, const TemplateOptions& options) const {
  return guarded([&] { return loaded_->render(messages, options); });
}

bool Model::template_mentions(std::string_view name, const TemplateOptions& options) const {
  return guarded([&] { return has_chat_template() && loaded_->files.chat_templates->mentions(name, options); });
}

ModelStatistics Model::statistics() const {
  return guarded([&] { return loaded_->driver->statistics(); });
}

bool Model::poll() const {
  const auto loaded = loaded_;  // a callback may let go of the last handle
  return guarded([&] {
    std::unique_lock lock(loaded->embedder_mutex, std::try_to_lock);  // who makes one holds it for long
    const auto embedder = lock ? loaded->embedder : nullptr;
    if (lock) lock.unlock();
    const bool embedded = embedder && embedder->driver->poll();
    return loaded->driver->poll() || embedded;
  });
}

Profile Model::take_profile() const {
  return guarded([&] {
    if (!loaded_->profiler)
      throw Error(ErrorCode::invalid_argument,
                  "The model '" + info().name + "' was loaded without a profile; set LoadDiagnostics::profile.");
    return loaded_->profiler->take();
  });
}

}  // namespace gerbil
