// Classes of characters as the reference's tables have them, which are older than the platform's: models were trained
// on text that was divided by them, so a character added to Unicode since belongs to none.
#pragma once

#include <cstdint>

namespace gerbil::tokenizer {

// Control, format and private-use characters (Cc, Cf, Co) of the crate unicode_categories (Unicode 8), and U+FFFD: what
// BertNormalizer takes out, except for tab, line feed and carriage return, which are white space to it.
bool is_other(char32_t c);

// Nonspacing marks (Mn) of the same crate.
bool is_nonspacing_mark(char32_t c);

// Marks (Mn, Mc, Me) of the crate unicode-normalization-alignments (Unicode 9).
bool is_combining_mark(char32_t c);

// A number for the script of `c`, the same for all characters of a script; Hiragana and Katakana count as Han. 0 for
// the space and for characters without a script. From `pre_tokenizers::unicode_scripts` (Unicode 9, Scripts.txt).
std::uint8_t script_of(char32_t c);

}  // namespace gerbil::tokenizer
