// The tokens of a model as bytes, made ready for masks.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "grammar/code_points.hpp"
#include "grammar/trie.hpp"

namespace gerbil::grammar {

struct Tokens {
  std::vector<std::string> bytes;  // of each id; empty: never chosen
  std::vector<bool> special;       // of each id; those past the end are not
  std::vector<std::int32_t> ends;  // ids that end the text
};

// Bit t % 32 of word t / 32 says whether token t may be chosen.
using MaskWords = std::vector<std::uint32_t>;

class Vocabulary {
 public:
  // Tokens of plain characters, so many of them.
  struct Slice {
    std::uint32_t least;
    std::uint32_t most;
    Trie trie;
  };

  // Throws Error{invalid_argument} when an id of `ends` is none.
  explicit Vocabulary(Tokens tokens);

  std::size_t size() const { return tokens_.bytes.size(); }
  std::size_t mask_words() const { return (size() + 31) / 32; }
  // By their lengths, ascending; those of words are not among those of any plain characters.
  std::span<const Slice> slices(Plain kind) const { return slices_[static_cast<std::size_t>(kind)]; }
  // All tokens of the first `count` slices; `any` has those of words, too.
  const MaskWords& mask(Plain kind, std::size_t count) const { return masks_[static_cast<std::size_t>(kind)][count]; }
  const Trie& others() const { return others_; }  // what is in no slice
  const Trie& all() const { return all_; }
  const std::string& bytes(std::int32_t token) const { return tokens_.bytes[static_cast<std::size_t>(token)]; }
  bool special(std::int32_t token) const { return special_[static_cast<std::size_t>(token)]; }
  bool ends(std::int32_t token) const;
  const std::vector<std::int32_t>& ends() const { return tokens_.ends; }

  // The id of the special token whose bytes are `text`.
  std::optional<std::uint32_t> find_special(std::string_view text) const;

 private:
  Tokens tokens_;
  std::vector<bool> special_;                                // end tokens are, too
  std::map<std::string, std::uint32_t, std::less<>> named_;  // those by their bytes, the first of each
  std::array<std::vector<Slice>, 2> slices_;                 // of each kind
  std::array<std::vector<MaskWords>, 2> masks_;
  Trie others_;
  Trie all_;
};

}  // namespace gerbil::grammar
