// The model of a tokenizer.json: from words to ids.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "tokenizer/bpe.hpp"
#include "tokenizer/unigram.hpp"
#include "tokenizer/wordlevel.hpp"
#include "tokenizer/wordpiece.hpp"

namespace gerbil::tokenizer {

using Model = std::variant<Bpe, WordPiece, WordLevel, Unigram>;

// Reads "model". Throws Error{unsupported} naming a type that is not implemented, and what the models' readers throw.
Model read_model(const TokenizerFile& file);

const TokenTable& table_of(const Model& model);

// How many tokens the file lists.
std::size_t model_size(const Model& model);

// The length of the first part of `word` that can be encoded by itself: see next_part of bpe.hpp.
std::size_t next_part(const Model& model, std::string_view word);

// Appends the ids of `word` to `out`. Throws what the models' functions throw.
void encode_word(const Model& model, std::string_view word, UnigramScratch& scratch, std::vector<std::int32_t>& out);

}  // namespace gerbil::tokenizer
