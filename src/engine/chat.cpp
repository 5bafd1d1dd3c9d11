#include "gerbil/chat.hpp"

#include <utility>

#include "base/boundary.hpp"

namespace gerbil {

Chat::Chat(Generator generator, std::string system) : generator_(std::move(generator)) {
  if (!system.empty()) guarded([&] { messages_.emplace_back("system", std::move(system)); });
}

GenerateResult Chat::send(std::string_view message, const GenerateOptions& options) {
  return send(guarded([&] { return Message("user", std::string(message)); }), options);
}

GenerateResult Chat::send(Message message, const GenerateOptions& options) {
  auto messages = guarded([&] {
    auto all = messages_;
    all.push_back(std::move(message));
    return all;
  });
  GenerateResult result = generator_.generate(messages, options);
  // Reasoning is not part of the conversation: templates drop it from earlier turns.
  guarded([&] {
    messages.emplace_back("assistant", result.text);
    messages.back().tool_calls = result.tool_calls;
  });
  messages_ = std::move(messages);
  return result;
}

void Chat::clear() noexcept {
  std::erase_if(messages_, [](const Message& message) { return message.role != "system"; });
}

}  // namespace gerbil
