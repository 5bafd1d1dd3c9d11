// Unigram: of all divisions of a word into pieces, the one whose scores have the greatest sum.
// Kudo 2018, "Subword regularization: improving neural network translation models with multiple subword candidates";
// the details are those of `models::unigram` of Hugging Face tokenizers 0.23.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/prefix_trie.hpp"
#include "tokenizer/vocabulary.hpp"

namespace gerbil::tokenizer {

struct Unigram {
  TokenTable table;            // of pieces that occur twice, the last has the text
  std::vector<double> scores;  // by id; logarithms of probabilities
  PrefixTrie pieces;
  std::optional<std::int32_t> unknown;  // unk_id
  double unknown_score = 0;             // of a character that no piece of one character covers
  bool byte_fallback = false;           // unknown characters become their bytes, if all have a piece
  ByteTokens byte_tokens{};
};

// What encode_word() works with: the best division of the word up to each byte.
struct UnigramScratch {
  struct Best {
    double score = 0;
    std::uint32_t size = 0;  // of its last piece, in bytes
    std::int32_t id = -1;    // of its last piece; -1 where no piece ends
  };
  struct Part {
    std::size_t begin, end;
    std::int32_t id;
  };
  std::vector<Best> best;
  std::vector<Part> parts;
};

// Throws Error{corrupt} when the vocabulary is empty or unk_id is not one of its ids.
Unigram read_unigram(const TokenizerFile& file);

// Appends the ids of `word` (well-formed UTF-8) to `out`. Linear in its length. Throws Error{invalid_argument} when a
// character is unknown and the model has no unk_id.
void encode_word(const Unigram& model, std::string_view word, UnigramScratch& scratch, std::vector<std::int32_t>& out);

}  // namespace gerbil::tokenizer
