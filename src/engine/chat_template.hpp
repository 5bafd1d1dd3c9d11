// Renders a conversation as the model's own Jinja template says, with minja.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/engine.hpp"

namespace gerbil {

class ChatTemplate {
 public:
  // Throws Error{unsupported} naming what minja cannot parse.
  ChatTemplate(const std::string& source, std::string bos_token, std::string eos_token);

  // The prompt for the assistant's next message. Options: tools (a JSON array) and enable_thinking are passed in.
  // Throws Error{invalid_argument} for tools that are no array or when the template itself refuses the conversation.
  std::string render(const std::vector<Message>& messages, const Options& options) const;
  // Whether the template's text has `variable` as a word.
  bool reads(std::string_view variable) const;

 private:
  struct Node;
  std::shared_ptr<const Node> node_;
  std::string source_;
  std::string bos_token_;
  std::string eos_token_;
};

}  // namespace gerbil
