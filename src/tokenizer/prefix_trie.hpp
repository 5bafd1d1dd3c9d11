// The words of a set that a text begins with.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace gerbil::tokenizer {

// A trie over bytes whose nodes lie level by level, so that the children of a node are neighbours.
class PrefixTrie {
 public:
  using Word = std::pair<std::string_view, std::int32_t>;  // a text and its value, which is not negative

  PrefixTrie() : PrefixTrie(std::vector<Word>()) {}
  // Of equal texts the last counts; empty texts are never found. The texts are not kept.
  explicit PrefixTrie(std::vector<Word> words);

  // Calls found(size, value) for every word that `text` begins with, the shortest first. No allocation.
  template <typename Found>
  void for_each_prefix(std::string_view text, Found&& found) const {
    if (text.empty()) return;
    std::uint32_t node = first_level_[static_cast<std::uint8_t>(text[0])];
    for (std::size_t size = 1; node != 0; ++size) {
      if (nodes_[node].value >= 0) found(size, nodes_[node].value);
      if (size == text.size()) return;
      node = child(node, static_cast<std::uint8_t>(text[size]));
    }
  }

 private:
  struct Node {
    std::uint32_t children = 0;  // the first of them
    std::int32_t value = -1;     // -1 where no word ends
    std::uint16_t count = 0;     // of children
  };

  // 0 when there is none: the root is nobody's child.
  std::uint32_t child(std::uint32_t node, std::uint8_t label) const {
    std::uint32_t begin = nodes_[node].children, count = nodes_[node].count;
    while (count > 8) {  // sorted by label
      const std::uint32_t half = count / 2;
      if (labels_[begin + half] <= label) begin += half;
      count -= half;
    }
    for (std::uint32_t i = begin; i < begin + count; ++i) {
      if (labels_[i] == label) return i;
    }
    return 0;
  }

  std::vector<Node> nodes_;           // the root is first
  std::vector<std::uint8_t> labels_;  // by node: the byte that leads to it
  std::vector<std::uint32_t> first_level_;
};

}  // namespace gerbil::tokenizer
