// tokenizer.json as read: its two long tables in arrays of their own, everything else as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace gerbil::tokenizer {

// No published vocabulary reaches a tenth of this; tables indexed by id stay below a gigabyte.
inline constexpr std::int64_t max_token_id = (1 << 24) - 1;

struct TokenizerFile {
  Json root;  // without model.vocab, and without model.merges when that is an array
  std::vector<std::pair<std::string, std::int32_t>> vocabulary;  // model.vocab as an object; ids in [0, max_token_id]
  std::vector<std::pair<std::string, double>> pieces;            // model.vocab as an array of [piece, score], by id
  bool vocabulary_is_array = false;
  bool has_merges = false;
  std::vector<std::pair<std::string, std::string>> merges;  // model.merges, in both spellings, best first
  std::vector<std::string> warnings;                        // of keys that occur twice
};

// Throws Error{corrupt} naming the place: not JSON, deeper than 128 levels, an id outside its range, a merge that is
// not two tokens, a piece that is not a text and a finite number. Of a key that occurs twice in one object the last
// value counts, as for the reference. Reads with a SAX parser because a DOM of 150,000 vocabulary entries costs
// seconds.
TokenizerFile parse_tokenizer_file(std::string_view text);

}  // namespace gerbil::tokenizer
