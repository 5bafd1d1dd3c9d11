#include "tokenizer/prefix_trie.hpp"

#include <algorithm>

namespace gerbil::tokenizer {

PrefixTrie::PrefixTrie(std::vector<Word> words) : first_level_(256) {
  std::ranges::stable_sort(words, {}, &Word::first);
  struct Range {  // the words below a node, and what they have in common
    std::size_t begin, end, depth;
  };
  std::vector<Range> ranges = {{0, words.size(), 0}};
  nodes_.emplace_back();
  labels_.push_back(0);
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    auto [begin, end, depth] = ranges[node];
    for (; begin < end && words[begin].first.size() == depth; ++begin) nodes_[node].value = words[begin].second;
    nodes_[node].children = static_cast<std::uint32_t>(nodes_.size());
    while (begin < end) {
      const char label = words[begin].first[depth];
      std::size_t next = begin;
      while (next < end && words[next].first[depth] == label) ++next;
      ++nodes_[node].count;
      if (node == 0) first_level_[static_cast<std::uint8_t>(label)] = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
      labels_.push_back(static_cast<std::uint8_t>(label));
      ranges.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
}

}  // namespace gerbil::tokenizer
