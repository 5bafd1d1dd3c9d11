// Pages of keys and values by the tokens that they stand for, as a tree: whoever begins with the same tokens reads the
// same pages, while they are written and after (RadixAttention, Zheng et al. 2023).
//
// A node stands for the tokens of one page, and has a block of each group of pages. Full pages may have children; a
// page of fewer tokens, the end of a sequence that has ended, is a leaf, and to be copied by whoever goes on from it.
//
// In a group that keeps everything, nodes are evicted one by one, the least recently used leaf first, as a page is of
// no use without those before it. A group with a window needs the last pages only, so any block of it may go while its
// node stays. What somebody holds always stays.
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

// A group of pages: those of layers that look equally far back.
struct BlockGroup {
  BlockPool pool;
  std::int32_t window = 0;  // tokens; 0: everything is kept
};

class PrefixTree {
 public:
  using Tokens = std::span<const std::int32_t>;

  struct Part {
    std::int32_t block = -1;   // -1: gone, or never there
    std::int32_t holders = 0;  // of this block
    std::uint64_t rank = 0;    // blocks of a group with a window go in this order
  };
  struct Node {
    Node* parent = nullptr;
    std::vector<Part> parts;   // by group
    std::int32_t holders = 0;  // of this node or one after it
    bool lasting = false;      // stays when its last holder lets go
    std::uint64_t used = 0;    // when somebody last found or held it
    std::map<std::vector<std::int32_t>, Node*> children;
    std::map<std::vector<std::int32_t>, Node*>::iterator place;  // among those of its parent
    std::list<Node>::iterator self;
  };

  // The tree gives the blocks that it evicts back to the pools.
  explicit PrefixTree(std::vector<BlockGroup>& groups) : groups_(groups), spare_(groups.size()) {}

  // Where prefixes begin. Those that are computed otherwise, with another rope or adapter, have another root.
  Node* root(std::int32_t variant) { return &roots_[variant]; }

  // The page after `node` that holds exactly `page`, a full page of tokens; null when there is none.
  Node* child(Node* node, Tokens page) const;

  // Of the pages after `node` that have a block of every group the one that begins with the most of `tokens`, and how
  // many those are.
  struct Partial {
    const Node* node = nullptr;
    std::int32_t tokens = 0;
  };
  Partial partial(const Node* node, Tokens tokens);

  // Puts a page after `node` and takes its blocks over, one of each of the first groups, -1 where there is none. When
  // there is a page already that is or begins with the same tokens, that counts; one of just these tokens takes the
  // blocks that it lacks, and all others go back to the pools.
  Node* insert(Node* node, Tokens page, std::span<const std::int32_t> blocks);

  // A holder of `from`, a node before `to`, holds `to` as well from here on, without its blocks. Roots need no holder.
  void advance(Node* from, Node* to);
  // The holder lets go. lasting: the pages stay until their room is needed; otherwise those that nobody wanted to
  // last go at once.
  void release(Node* node, bool lasting);

  // Somebody who holds the node holds its block of the group, which is there; or needs it no more. Where everything is
  // kept, who holds the node holds that.
  // passed: it looks farther on, so the block is evicted before those that sequences end with.
  void hold(Node* node, std::size_t group);
  void let_go(Node* node, std::size_t group, bool passed);

  // Gives a node a block of a group of which it has none, or takes it away.
  void put(Node* node, std::size_t group, std::int32_t block);
  void take(Node* node, std::size_t group);

  // Frees the block of the group that is to go first; false when there is none.
  bool evict(std::size_t group);
  // Blocks of the group that evict() could free, one after the other.
  std::int32_t evictable(std::size_t group) const;

 private:
  using Queue = std::set<std::pair<std::uint64_t, Node*>>;
  bool keeps_all(std::size_t group) const { return groups_[group].window == 0; }
  bool is_free_leaf(const Node* node) const { return node->parent && node->holders == 0 && node->children.empty(); }
  void touch(Node* node);
  void rank(Node* node, std::size_t group, std::uint64_t used);
  void give(Node* node, std::size_t group, std::int32_t block);
  void remove(Node* node);
  static bool is_empty(const Node* node);

  std::vector<BlockGroup>& groups_;
  std::map<std::int32_t, Node> roots_;
  std::list<Node> nodes_;
  Queue leaves_;              // that nobody holds, by their last use
  std::vector<Queue> spare_;  // by group, those with a window only: nodes whose block nobody holds, by rank
  std::int32_t held_ = 0;     // nodes with holders
  std::uint64_t clock_ = 0;
};

}  // namespace gerbil::runtime
