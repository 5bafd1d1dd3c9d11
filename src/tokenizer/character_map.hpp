// The normalisation rules that SentencePiece compiles into a model ("Precompiled"): keys and what they become.
// Reference: the crate spm_precompiled 0.1, as `normalizers::precompiled` of Hugging Face tokenizers 0.23 uses it; the
// trie is that of darts-clone (double_array.h of google/sentencepiece).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::tokenizer {

struct CharacterMap {
  std::vector<std::uint32_t> trie;  // a double array; every place it leads to is inside
  std::string values;               // well-formed UTF-8, each value ended by a zero byte
};

// `data`: the size of the trie in bytes (32 bits, little-endian), the trie, the values. Throws Error{corrupt} when a
// part is missing, the trie leads outside itself, or a value is not in `values`.
CharacterMap read_character_map(std::string_view data);

// What the shortest key that `text` begins with becomes; empty when it begins with none.
std::optional<std::string_view> find_mapped(const CharacterMap& map, std::string_view text);

// Each grapheme of `text` (well-formed UTF-8) of less than six bytes becomes what its shortest key becomes; where there
// is none, and in longer graphemes, each character by itself does.
std::string apply(const CharacterMap& map, std::string_view text);

}  // namespace gerbil::tokenizer
