// Tokens that are recognised in the text itself, before the model sees it: special tokens and others.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/normalizer.hpp"
#include "tokenizer/regex.hpp"
#include "tokenizer/vocabulary.hpp"

namespace gerbil::tokenizer {

struct AddedToken {
  std::string content;
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the white space on its left with it
  bool rstrip = false;
  bool normalized = true;  // looked for in the normalised text, in its own normalised form
  bool special = false;    // left out by decode(skip_special)
  std::string decoded;     // what decode() gives for it: the normalised form where that is looked for
};

// A part of a text: a token, or text for the model.
struct Section {
  std::optional<std::int32_t> id;
  std::string_view text;
};

// Finds tokens in a text: at each place the longest, from left to right.
class TokenMatcher {
 public:
  struct Pattern {
    std::string text;
    std::int32_t id;
    bool single_word, lstrip, rstrip;
  };
  TokenMatcher() = default;
  explicit TokenMatcher(std::vector<Pattern> patterns);

  // Divides `text` into sections, in order and without empty ones.
  void split(std::string_view text, std::vector<Section>& sections) const;

 private:
  struct Node {
    std::vector<std::pair<char, std::uint32_t>> children;
    std::optional<std::uint32_t> pattern;
  };
  struct Match {
    std::uint32_t pattern;
    std::size_t end;
  };
  std::optional<Match> longest_at(std::string_view text, std::size_t at) const;

  std::vector<Pattern> patterns_;
  std::vector<Node> nodes_;  // a trie; the root is first
  std::vector<bool> first_ = std::vector<bool>(256);
  std::optional<Regex> word_;  // \w, when a pattern asks for it
};

struct AddedTokens {
  std::unordered_map<std::int32_t, AddedToken> by_id;
  Vocabulary ids;                 // by content
  std::set<std::string> special;  // contents
  TokenMatcher exact;             // run on the text as given
  TokenMatcher normalized;        // run on the normalised text
};

// Reads "added_tokens". As in the reference, a token that model.vocab holds keeps the id it has there, and any other
// gets the next free one, whatever id the file gives it; of a text that is listed twice the last flags hold. An id out
// of range is an Error{corrupt}. With `split_special`, special tokens are not looked for in texts.
AddedTokens read_added_tokens(const Json& root, const Vocabulary& model, std::size_t model_size,
                              const Normalizer& normalizer, bool split_special);

}  // namespace gerbil::tokenizer
