// The files beside tokenizer.json: tokenizer_config.json, special_tokens_map.json, added_tokens.json, and what the
// settings of a Transformer module change in them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/settings.hpp"

namespace gerbil {

struct TokenizerConfig {
  // tokenizer_config.json, an empty object when there is none. As transformers 5.12 does it, members of
  // special_tokens_map.json take the place of its own when it has no "added_tokens_decoder".
  Json json = Json::object();
  // The named special tokens, name -> text: what transformers gives a chat template as variables
  // (tokenizer.special_tokens_map): "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token",
  // "mask_token" and the model's own names, "image_token" for instance. A name without a token is not here; nor are the
  // tokens of "additional_special_tokens", which have no names and are no variables.
  Json special_tokens = Json::object();
  tokenizer::Settings settings;       // what all this changes in tokenizer.json
  std::vector<std::string> warnings;  // of reading the files
};

// Reads the files in `directory` that exist. `config` is config.json: its "model_type" and "tokenizer_class" say which
// defaults hold; `transformer` is what a module of that name has as settings (read_transformer_settings()). Throws
// Error{corrupt} naming the file for one that is not JSON, or not an object, and naming the key for a value of the
// wrong type.
TokenizerConfig read_tokenizer_config(const std::filesystem::path& directory, const Json& config,
                                      const Json& transformer = Json::object());

}  // namespace gerbil
