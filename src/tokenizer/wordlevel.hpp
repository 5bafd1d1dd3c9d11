// WordLevel: every word is one token. `models::wordlevel` of Hugging Face tokenizers 0.23.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.hpp"

namespace gerbil::tokenizer {

struct WordLevel {
  TokenTable table;
  std::optional<std::int32_t> unknown;  // unk_token, when the vocabulary has it
};

WordLevel read_wordlevel(const TokenizerFile& file);

// Appends the id of `word` to `out`. Throws Error{invalid_argument} for a word that the vocabulary lacks when it has no
// unk_token either.
void encode_word(const WordLevel& model, std::string_view word, std::vector<std::int32_t>& out);

}  // namespace gerbil::tokenizer
