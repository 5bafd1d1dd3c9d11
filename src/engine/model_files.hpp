// What a model directory says besides the weights: tokenizer, chat template, end tokens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/chat_templates.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil {

struct ModelFiles {
  std::optional<tokenizer::Tokenizer> tokenizer;  // empty when there is no tokenizer.json
  std::optional<ChatTemplates> chat_templates;    // empty when the model has none
  std::vector<std::int32_t> end_tokens;           // of the model's files (end_tokens.hpp) and tokenizer_config.json
  std::vector<std::string> warnings;              // what was read otherwise than the files say
};

// Throws what the tokenizer throws, and Error{corrupt} for JSON that is not what it should be.
// The arguments are those of read_tokenizer_config().
ModelFiles read_model_files(const std::filesystem::path& directory, const Json& config,
                            const Json& transformer = Json::object());

}  // namespace gerbil
