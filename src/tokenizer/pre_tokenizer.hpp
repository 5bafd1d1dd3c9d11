// How a normalised text is divided into words, the units that the model encodes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/regex.hpp"

namespace gerbil::tokenizer {

// What becomes of a match (the "delimiter") of a Split.
enum class SplitBehavior { isolated, removed, merged_with_previous, merged_with_next, contiguous };

struct Split {
  Regex pattern;
  SplitBehavior behavior;
  bool invert;  // what lies between matches counts as the match
};
struct PrefixSpace {};     // ByteLevel's add_prefix_space
struct ByteCharacters {};  // ByteLevel's alphabet
struct ReplaceSpaces {     // the first half of Metaspace; the second is a Split
  enum class Prepend { always, first, never };
  std::string replacement;
  Prepend prepend;
};
struct SplitScripts {};  // where the script changes; see script_of
struct SplitLength {     // into words of this many characters
  std::size_t length;    // at least 1
};
using PreTokenizerStep = std::variant<Split, PrefixSpace, ByteCharacters, ReplaceSpaces, SplitScripts, SplitLength>;

struct PreTokenizer {
  std::vector<PreTokenizerStep> steps;
  // Words leave as they stand in the text and are put in the byte alphabet afterwards, once per different word.
  bool byte_level = false;
};

// Buffers of one call, a level for each step.
struct PreTokenizerScratch {
  struct Level {
    std::vector<Span> matches;
    std::vector<Span> words;
    std::string text;
  };
  std::vector<Level> levels;
};

// Calls `word` for each word of `text` in order; words are not empty. at_start: the text begins the whole input.
void pre_tokenize(const PreTokenizer& pre_tokenizer, std::string_view text, bool at_start, PreTokenizerScratch& scratch,
                  const std::function<void(std::string_view)>& word);

// The words of a text of `size` bytes whose `matches` were found, in order; `words` may hold empty ones.
void split_words(std::size_t size, const std::vector<Span>& matches, SplitBehavior behavior, bool invert,
                 std::vector<Span>& words);

// Reads "pre_tokenizer" (null for none). Throws Error{unsupported} naming a type that is not implemented.
PreTokenizer read_pre_tokenizer(const Json& json);

}  // namespace gerbil::tokenizer
