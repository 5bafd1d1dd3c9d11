// From the spellings of tokens back to text, a token at a time.
// Reference: `decoders` of Hugging Face tokenizers 0.23, whose decode_chain sees all tokens at once.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/decode_state.hpp"
#include "tokenizer/normalizer.hpp"

namespace gerbil::tokenizer {

// Steps that turn each token into another.
struct MetaspaceToSpace {
  std::string replacement;
  bool strip_first;  // the first token loses its replacements instead: encoding put one there
};
struct StripCharacter {
  std::string character;
  std::size_t start, stop;  // how many at most
};
struct ReplaceInToken {
  ReplaceMatches replace;
};
struct JoinWithSpaces {};  // what the reference does without a decoder
struct JoinWordPieces {
  std::string prefix;  // a token without it begins a word, unless it is the first
  bool cleanup;        // no space before punctuation and English contractions
};

// Steps that see several tokens.
struct ByteFallbackToText {};  // runs of "<0xE2>" become text, or one U+FFFD a byte when they are not UTF-8
struct BytesToText {};         // ByteLevel: all tokens are one string of bytes
struct FuseTokens {};          // all tokens become one
struct SuffixToSpace {         // BPEDecoder
  std::string suffix;          // ends a word: a space, but nothing in the last token
};

using DecoderStep = std::variant<MetaspaceToSpace, StripCharacter, ReplaceInToken, JoinWithSpaces, JoinWordPieces,
                                 ByteFallbackToText, BytesToText, FuseTokens, SuffixToSpace>;

struct Decoder {
  std::vector<DecoderStep> steps;
};

// Reads "decoder" (null for none). Throws Error{unsupported} naming a type that is not implemented.
Decoder read_decoder(const Json& json);

// The text that becomes certain with `token`; all results and that of decode_finish together are the decoded text.
std::string decode_push(const Decoder& decoder, DecodeState& state, std::string token);
std::string decode_finish(const Decoder& decoder, DecodeState& state);

// The bytes that `token` adds to a text that goes on before and behind it; they may be part of a character.
std::string bytes_in_a_text(const Decoder& decoder, std::string token);

}  // namespace gerbil::tokenizer
