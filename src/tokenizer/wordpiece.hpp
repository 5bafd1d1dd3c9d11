// WordPiece: a word is divided, from left to right, into the longest pieces that the vocabulary has.
// Wu et al. 2016, "Google's neural machine translation system"; the details are those of `models::wordpiece` of Hugging
// Face tokenizers 0.23.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/prefix_trie.hpp"
#include "tokenizer/vocabulary.hpp"

namespace gerbil::tokenizer {

struct WordPiece {
  TokenTable table;
  PrefixTrie first;                // every token, for the beginning of a word
  PrefixTrie rest;                 // tokens with continuing_subword_prefix, without it
  std::int32_t unknown = 0;        // unk_token: a word that cannot be divided, or is too long
  std::size_t longest_word = 100;  // max_input_chars_per_word
};

// Throws Error{corrupt} when unk_token is not a token or max_input_chars_per_word is negative.
WordPiece read_wordpiece(const TokenizerFile& file);

// Appends the ids of `word` (well-formed UTF-8) to `out`.
void encode_word(const WordPiece& model, std::string_view word, std::vector<std::int32_t>& out);

}  // namespace gerbil::tokenizer
