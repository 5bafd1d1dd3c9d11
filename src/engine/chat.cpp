#include <utility>

#include "gerbil/engine.hpp"

namespace gerbil {

Chat::Chat(Engine engine, std::string system) : engine_(std::move(engine)) {
  if (!system.empty()) messages_.push_back({"system", std::move(system)});
}

Result Chat::send(std::string_view message, const Options& options) {
  auto messages = messages_;
  messages.push_back({"user", std::string(message)});
  Result result = engine_.generate(messages, options);
  // Reasoning is not part of the conversation: templates drop it from earlier turns.
  messages.push_back({"assistant", result.text});
  messages_ = std::move(messages);
  return result;
}

void Chat::clear() {
  std::erase_if(messages_, [](const Message& message) { return message.role != "system"; });
}

}  // namespace gerbil
