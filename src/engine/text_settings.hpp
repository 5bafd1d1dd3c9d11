// What the files beside the tokenizer say of the texts that a model reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/json.hpp"

namespace gerbil {

struct TextSettings {
  std::int32_t max_tokens = 0;  // special tokens included; 0: not said
  bool token_types = true;      // the model is told to which of two texts a token belongs
};

// Reads tokenizer_config.json in the model's folder, and `config`, its config.json. Where the tokenizer's files do not
// say which inputs it gives, its class does, as in transformers 5.12.
TextSettings read_text_settings(const std::filesystem::path& folder, const Json& config);

// The settings of a Transformer module: sentence_bert_config.json, or one of its older names; empty without any.
// Reference: sentence-transformers 6.2, base/modules/transformer.py.
Json read_transformer_settings(const std::filesystem::path& folder, std::vector<std::string>* warnings = nullptr);

// Lets a Transformer module's settings change those of the tokenizer. Throws Error{unsupported} for a module that reads
// texts in a way gerbil does not.
void apply_transformer_settings(const Json& settings, const std::string& where, TextSettings& texts);

}  // namespace gerbil
