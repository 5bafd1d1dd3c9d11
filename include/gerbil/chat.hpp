// A conversation with a language model.
//
//   gerbil::Chat chat(gerbil::Generator(gerbil::Model::load("path/to/Qwen3-0.6B")), "You answer in one sentence.");
//   std::cout << chat.send("Why is the sky blue?").text;
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gerbil/generator.hpp"

namespace gerbil {

// Remembers the messages, so that each turn only computes what is new. For one thread at a time.
class Chat {
 public:
  explicit Chat(Generator generator, std::string system = {});
  // Adds the user's message, generates the answer and adds it. On an Error the conversation is unchanged.
  GenerateResult send(std::string_view message, const GenerateOptions& options = {});
  // The same with any message: the result of a tool that the answer before has called, for instance.
  GenerateResult send(Message message, const GenerateOptions& options = {});
  const std::vector<Message>& messages() const noexcept { return messages_; }
  void clear() noexcept;  // forgets everything but the system message

 private:
  Generator generator_;
  std::vector<Message> messages_;
};

}  // namespace gerbil
