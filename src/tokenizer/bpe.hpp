// Byte-pair encoding of one word.
// Sennrich, Haddow and Birch 2016, "Neural machine translation of rare words with subword units"; the details are those
// of `models::bpe` of Hugging Face tokenizers 0.23.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/file.hpp"
#include "tokenizer/merge_table.hpp"

namespace gerbil::tokenizer {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using Vocabulary = std::unordered_map<std::string, std::int32_t, StringHash, std::equal_to<>>;

struct Bpe {
  Vocabulary ids;
  std::vector<std::string> tokens;  // by id; empty where an id is not used
  MergeTable merges;
  std::array<std::int32_t, 256> byte_tokens{};  // ids of "<0x00>" to "<0xFF>", -1 where the vocabulary has none
  std::optional<std::int32_t> unknown;          // unk_token
  bool fuse_unknown = false;                    // several unknown characters in a row become one unk_token
  bool byte_fallback = false;                   // an unknown character becomes its bytes, if all have a token
  bool ignore_merges = false;                   // a word that is a token is that token, whatever the merges say
  std::string continuing_subword_prefix;        // before every character but a word's first
  std::string end_of_word_suffix;               // after a word's last character
  bool parts_at_marker = false;                 // see next_part
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
