// Texts by their prefixes, flat: nodes in depth-first order, each of which knows where its subtree ends, so that a walk
// is one pass that skips what cannot follow.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gerbil::grammar {

class Trie {
 public:
  struct Node {
    std::uint32_t next;    // the first node behind this one and all below it
    std::uint32_t tokens;  // where its tokens begin; they end where the next node's begin
    std::uint16_t depth;   // 1 below the root, which is no node
    std::uint8_t byte;
  };

  Trie() = default;
  // Of the texts of `members`, ids into `texts`. Texts may be equal: nodes have lists of ids. Bytes from the 65,535th
  // on are Error{invalid_argument}.
  Trie(const std::vector<std::string>& texts, std::vector<std::int32_t> members);

  std::span<const Node> nodes() const { return std::span(nodes_).first(nodes_.empty() ? 0 : nodes_.size() - 1); }
  std::span<const std::int32_t> tokens(std::uint32_t node) const {
    return std::span(tokens_).subspan(nodes_[node].tokens, nodes_[node + 1].tokens - nodes_[node].tokens);
  }
  std::uint32_t depth() const { return depth_; }

 private:
  std::vector<Node> nodes_;  // and one behind the last
  std::vector<std::int32_t> tokens_;
  std::uint32_t depth_ = 0;
};

}  // namespace gerbil::grammar
