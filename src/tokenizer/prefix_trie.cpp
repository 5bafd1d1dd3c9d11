#include "tokenizer/prefix_trie.hpp"

#include <algorithm>

namespace gerbil::tokenizer {

PrefixTrie::PrefixTrie(std::vector<Word> words) : first_level_(256) {
  std::ranges::stable_sort(words, {}, &Word::first);
  struct Range {  // the words below a node, which have the first `depth` bytes in common
    std::size_t begin, end;
  };
  std::vector<Range> level = {{0, words.size()}}, next_level;
  nodes_.emplace_back();
  labels_.push_back(0);
  std::size_t node = 0;
  for (std::size_t depth = 0; !level.empty(); ++depth, level.swap(next_level)) {
    next_level.clear();
    for (auto [begin, end] : level) {
      for (; begin < end && words[begin].first.size() == depth; ++begin) nodes_[node].value = words[begin].second;
      nodes_[node].children = static_cast<std::uint32_t>(nodes_.size());
      while (begin < end) {
        const char label = words[begin].first[depth];
        std::size_t next = begin;
        while (next < end && words[next].first[depth] == label) ++next;
        ++nodes_[node].count;
        if (depth == 0) first_level_[static_cast<std::uint8_t>(label)] = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
        labels_.push_back(static_cast<std::uint8_t>(label));
        next_level.push_back({begin, next});
        begin = next;
      }
      ++node;
    }
  }
}

}  // namespace gerbil::tokenizer
