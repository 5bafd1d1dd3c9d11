// Pages of keys and values by the tokens that they stand for, as a tree: whoever begins with the same tokens reads the
// same pages, while they are written and after (RadixAttention, Zheng et al. 2023).
//
// A node is one page. Full pages may have children; a page of fewer tokens, the end of a sequence that has ended, is a
// leaf, and to be copied by whoever goes on from it. A page that somebody holds stays, and so do those before it; all
// others are evicted one by one, the least recently used leaf first.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "runtime/block_pool.hpp"

namespace gerbil::runtime {

class PrefixTree {
 public:
  using Tokens = std::span<const std::int32_t>;

  struct Node {
    Node* parent = nullptr;
    std::int32_t block = -1;
    std::int32_t holders = 0;  // of this page or one after it
    bool lasting = false;      // stays when its last holder lets go
    std::uint64_t used = 0;    // when somebody last found or held it
    std::map<std::vector<std::int32_t>, Node*> children;
    std::map<std::vector<std::int32_t>, Node*>::iterator place;  // among those of its parent
    std::list<Node>::iterator self;
  };

  // The tree gives the blocks that it evicts back to the pool.
  explicit PrefixTree(BlockPool& pool) : pool_(&pool) {}

  // Where prefixes begin. Those that are computed otherwise, with another rope or adapter, have another root.
  Node* root(std::int32_t variant) { return &roots_[variant]; }

  // The page after `node` that holds exactly `page`, a full page of tokens; null when there is none.
  Node* child(Node* node, Tokens page) const;

  // Of the pages after `node` the one that begins with the most of `tokens`, and how many those are.
  struct Partial {
    std::int32_t block = -1;
    std::int32_t tokens = 0;
  };
  Partial partial(const Node* node, Tokens tokens);

  // Puts a page after `node` and takes its block over. When there is one already that is or begins with the same
  // tokens, the block goes back to the pool, and the page that was there counts.
  Node* insert(Node* node, Tokens page, std::int32_t block);

  // A holder of `from`, a node before `to`, holds `to` as well from here on. Roots need no holder.
  void advance(Node* from, Node* to);
  // The holder lets go. lasting: the pages stay until their room is needed; otherwise those that nobody wanted to
  // last go at once.
  void release(Node* node, bool lasting);

  // Frees the least recently used page that nobody holds; false when there is none.
  bool evict();
  // Pages that evict() could free, one after the other.
  std::int32_t evictable() const { return static_cast<std::int32_t>(nodes_.size()) - held_; }

 private:
  void touch(Node* node);
  void remove(Node* node);
  bool is_free_leaf(const Node* node) const { return node->parent && node->holders == 0 && node->children.empty(); }

  BlockPool* pool_;
  std::map<std::int32_t, Node> roots_;
  std::list<Node> nodes_;
  std::set<std::pair<std::uint64_t, Node*>> leaves_;  // that may be evicted
  std::int32_t held_ = 0;                             // nodes with holders
  std::uint64_t clock_ = 0;
};

}  // namespace gerbil::runtime
