// Byte-pair encoding of one word.
// Sennrich, Haddow and Birch 2016, "Neural machine translation of rare words with subword units"; the details are those
// of `models::bpe` of Hugging Face tokenizers 0.23.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/file.hpp"
#include "tokenizer/merge_table.hpp"
#include "tokenizer/vocabulary.hpp"

namespace gerbil::tokenizer {

struct Bpe {
  TokenTable table;
  MergeTable merges;
  ByteTokens byte_tokens{};
  std::optional<std::int32_t> unknown;    // unk_token
  bool fuse_unknown = false;              // several unknown characters in a row become one unk_token
  bool byte_fallback = false;             // an unknown character becomes its bytes, if all have a token
  bool ignore_merges = false;             // a word that is a token is that token, whatever the merges say
  std::string continuing_subword_prefix;  // before every character but a word's first
  std::string end_of_word_suffix;         // after a word's last character
  bool parts_at_marker = false;           // see next_part
};

// Throws Error{corrupt} naming the token or merge that does not fit and Error{unsupported} for dropout.
Bpe read_bpe(const TokenizerFile& file);

// The length of the first part of `word` (not empty) that can be encoded by itself with the same result. SentencePiece
// models take a whole text as one word, but hardly any of them merges across the beginning of a "▁" run: when no merge
// of a model does, its words can be taken apart there, and the parts are short and occur again.
std::size_t next_part(const Bpe& bpe, std::string_view word);

// Appends the ids of `word` (well-formed UTF-8) to `out`. O(n log n) in its length.
void encode_word(const Bpe& bpe, std::string_view word, std::vector<std::int32_t>& out);

}  // namespace gerbil::tokenizer
