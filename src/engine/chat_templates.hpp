// The chat templates of a model: which there are, which one a conversation takes, and what it sees.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "calls/format.hpp"
#include "engine/reasoning_tags.hpp"
#include "engine/tokenizer_config.hpp"
#include "gerbil/error.hpp"
#include "gerbil/message.hpp"
#include "template/template.hpp"

namespace gerbil {

class ChatTemplates {
 public:
  // `sources` by name: "default", "tool_use" for conversations with tools, others. `special_tokens` are variables:
  // name -> text.
  ChatTemplates(const std::map<std::string, std::string>& sources, Json special_tokens);

  // The prompt for the assistant's next message. `messages` is an array of objects. Throws Error{unsupported} when the
  // template cannot be read, Error{corrupt} for tools or variables that are not JSON, and Error{invalid_argument} for
  // tools that are no array and when the template refuses the conversation.
  std::string render(const Json& messages, const TemplateOptions& options) const;

  // Whether the template that the options choose looks at the variable `name`.
  bool mentions(std::string_view name, const TemplateOptions& options) const;

  // What the model writes around its reasoning.
  const runtime::ReasoningTags& reasoning_tags() const { return reasoning_tags_; }
  // Whether the templates know of reasoning. Some name the closing tag only.
  bool mention_reasoning() const { return mention_reasoning_; }

  // How the model writes calls of tools; null when the template for conversations with tools does not tell. Found out
  // for the first who asks.
  const calls::ToolCallFormat* tool_call_format() const;

  // A sentence for each template that cannot be read.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  using Entry = std::variant<jinja::Template, Error>;  // an Error: why it cannot be read
  const Entry& choose(bool tools) const;
  std::map<std::string, Entry> templates_;
  Json special_tokens_;
  runtime::ReasoningTags reasoning_tags_;
  bool mention_reasoning_ = false;
  std::vector<std::string> problems_;
  struct CallFormat;
  std::shared_ptr<CallFormat> call_format_;
};

// As transformers finds them: chat_template.jinja and additional_chat_templates/NAME.jinja, otherwise
// tokenizer_config.json's "chat_template" (a text, a list of named ones, or an object), otherwise chat_template.json.
// Empty when there is none. Throws Error{corrupt} for values of the wrong type.
std::optional<ChatTemplates> read_chat_templates(const std::filesystem::path& directory, const TokenizerConfig& config);

}  // namespace gerbil
