// A model's chat template without the model: what turns a conversation into a prompt.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gerbil/error.hpp"
#include "gerbil/message.hpp"

namespace gerbil {

// Reads only the small files of a model, so that it is there at once however large the model is. A handle: copies share
// one template, and all functions may be called from several threads at once.
class ChatTemplate {
 public:
  // `model` as for Model::load, or a directory with only a tokenizer_config.json or chat_template.jinja. Throws
  // Error{not_found|corrupt|unsupported}; unsupported: the model has no template, or one that cannot be read.
  static ChatTemplate load(const std::string& model);

  // The prompt for the assistant's next message, as Model::render gives it. `messages` is a JSON array of objects with
  // role, content, tool_calls and whatever else the template knows, and reaches it as it is. Throws Error{corrupt} for
  // what is not JSON, and Error{invalid_argument} for what is not one object or more, and when the template refuses the
  // conversation.
  std::string render(std::string_view messages, const TemplateOptions& options = {}) const;
  // The same, as Model::render() does it and with its errors.
  std::string render(const std::vector<Message>& messages, const TemplateOptions& options = {}) const;

 private:
  struct State;
  explicit ChatTemplate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// What the Jinja template `source` prints for `variables`, a JSON object. As transformers calls a chat template,
// add_generation_prompt is true and tools and documents are none unless they are given. Throws Error{unsupported} for a
// source that cannot be read, Error{corrupt} for variables that are not JSON, and Error{invalid_argument} for what the
// template refuses.
std::string render_template(std::string_view source, std::string_view variables);

}  // namespace gerbil
