// What an Engine handle points to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/model_files.hpp"
#include "gerbil/engine.hpp"
#include "runtime/scheduler.hpp"

namespace gerbil {

struct Engine::State {
  ModelInfo info;
  std::vector<std::string> warnings;
  ModelFiles files;
  std::unique_ptr<runtime::Scheduler> scheduler;

  // Throws Error{unsupported} when the model came without a tokenizer.
  const tokenizer::Tokenizer& tokenizer() const;
  // Whether a text prompt goes through the chat template.
  bool uses_template(const Options& options) const { return files.chat_template && !options.raw; }
  std::string render(const std::vector<Message>& messages, const Options& options) const;
  // in_reasoning: the prompt already opened the think tag.
  Result generate(std::vector<std::int32_t> prompt, const Options& options, bool in_reasoning) const;
};

}  // namespace gerbil
