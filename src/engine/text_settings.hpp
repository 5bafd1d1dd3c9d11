// What the files beside the tokenizer say of the texts that a model reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/truncation.hpp"

namespace gerbil {

struct TextSettings {
  std::int32_t max_tokens = 0;       // special tokens included; 0: not said
  std::int32_t query_tokens = 0;     // the same of texts whose task is "query"; 0: as any text
  std::int32_t document_tokens = 0;  // and "document"
  bool token_types = true;           // the model is told to which of two texts a token belongs
  bool special_tokens = true;        // false: none are put around a text
  tokenizer::Truncation truncation = tokenizer::Truncation::longest_first;  // of pairs
};

// Reads tokenizer_config.json (`tokenizer`) and config.json (`config`). Where the tokenizer's files do not say which
// inputs it gives, its class does, as in transformers 5.12.
TextSettings read_text_settings(const Json& tokenizer, const Json& config);

// The settings of a Transformer module: sentence_bert_config.json, or one of its older names; empty without any.
// Reference: sentence-transformers 6.2, base/modules/transformer.py.
Json read_transformer_settings(const std::filesystem::path& folder, std::vector<std::string>* warnings = nullptr);

// The members of tokenizer_config.json whose place a Transformer module's settings take.
Json tokenizer_overrides(const Json& settings);

// The members of config.json whose place they take.
Json config_overrides(const Json& settings);

// How the module has texts tokenised. Throws Error{unsupported} for a module that reads texts in a way gerbil does not.
void apply_transformer_settings(const Json& settings, const std::string& where, TextSettings& texts,
                                std::vector<std::string>& warnings);

}  // namespace gerbil
