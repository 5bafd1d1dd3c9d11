#include "runtime/prefix_tree.hpp"

#include <algorithm>
#include <iterator>

namespace gerbil::runtime {
namespace {

// Ranks of blocks that sequences end with, above those of blocks that were passed.
constexpr std::uint64_t wanted = std::uint64_t{1} << 63;

std::int32_t common_prefix(PrefixTree::Tokens a, PrefixTree::Tokens b) {
  return static_cast<std::int32_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

PrefixTree::Node* PrefixTree::child(Node* node, Tokens page) const {
  const auto found = node->children.find({page.begin(), page.end()});
  return found == node->children.end() ? nullptr : found->second;
}

// Of sorted texts the one with the longest common beginning is next to where the new one would stand.
PrefixTree::Partial PrefixTree::partial(const Node* node, Tokens tokens) {
  Partial best;
  Node* chosen = nullptr;
  const auto after = node->children.lower_bound({tokens.begin(), tokens.end()});
  const auto consider = [&](auto place) {
    const std::int32_t common = common_prefix(place->first, tokens);
    if (common <= best.tokens || std::ranges::contains(place->second->parts, -1, &Part::block)) return;
    best = {place->second, common};
    chosen = place->second;
  };
  if (after != node->children.end()) consider(after);
  if (after != node->children.begin()) consider(std::prev(after));
  if (chosen) touch(chosen);
  return best;
}

PrefixTree::Node* PrefixTree::insert(Node* node, Tokens page, std::span<const std::int32_t> blocks) {
  const auto after = node->children.lower_bound({page.begin(), page.end()});
  Node* there = nullptr;
  if (after != node->children.end() && common_prefix(after->first, page) == std::ssize(page)) {
    there = after->second;
  } else {
    // A shorter page that is the beginning of this one has nothing of its own.
    if (after != node->children.begin()) {
      const auto before = std::prev(after);
      if (common_prefix(before->first, page) == std::ssize(before->first)) remove(before->second);
    }
    leaves_.erase({node->used, node});
    there = &nodes_.emplace_back(Node{.parent = node, .parts = std::vector<Part>(groups_.size())});
    there->self = std::prev(nodes_.end());
    there->place = node->children.emplace_hint(after, std::vector(page.begin(), page.end()), there);
  }
  const bool same = there->place->first.size() == page.size();
  for (std::size_t group = 0; group < blocks.size(); ++group) {
    if (blocks[group] < 0) continue;
    if (same && there->parts[group].block < 0) {
      give(there, group, blocks[group]);
    } else {
      groups_[group].pool.release(blocks[group]);
    }
  }
  touch(there);
  return there;
}

void PrefixTree::advance(Node* from, Node* to) {
  for (; to != from; to = to->parent) {
    leaves_.erase({to->used, to});
    to->used = ++clock_;
    if (to->holders++ == 0) ++held_;
  }
}

void PrefixTree::release(Node* node, bool lasting) {
  while (node->parent) {
    Node* parent = node->parent;
    node->lasting |= lasting;
    node->used = ++clock_;
    if (--node->holders == 0) --held_;
    if (is_free_leaf(node)) {
      leaves_.emplace(node->used, node);
      if (!node->lasting || is_empty(node)) remove(node);
    }
    node = parent;
  }
}

void PrefixTree::hold(Node* node, std::size_t group) {
  if (keeps_all(group)) return;
  spare_[group].erase({node->parts[group].rank, node});
  ++node->parts[group].holders;
}

void PrefixTree::let_go(Node* node, std::size_t group, bool passed) {
  if (keeps_all(group)) return;
  Part& part = node->parts[group];
  const std::uint64_t rank = ++clock_ + (passed ? 0 : wanted);
  if (rank > part.rank) part.rank = rank;  // another may have ended there
  if (--part.holders == 0) spare_[group].emplace(part.rank, node);
}

void PrefixTree::put(Node* node, std::size_t group, std::int32_t block) {
  node->parts[group].rank = ++clock_ + wanted;
  give(node, group, block);
}

bool PrefixTree::evict(std::size_t group) {
  Queue& queue = keeps_all(group) ? leaves_ : spare_[group];
  if (queue.empty()) return false;
  Node* node = queue.begin()->second;
  take(node, group);
  if (keeps_all(group) || (is_free_leaf(node) && is_empty(node))) remove(node);
  return true;
}

std::int32_t PrefixTree::evictable(std::size_t group) const {
  const std::size_t count = keeps_all(group) ? nodes_.size() - static_cast<std::size_t>(held_) : spare_[group].size();
  return static_cast<std::int32_t>(count);
}

void PrefixTree::touch(Node* node) {
  const bool leaf = is_free_leaf(node);
  leaves_.erase({node->used, node});
  node->used = ++clock_;
  if (leaf) leaves_.emplace(node->used, node);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    rank(node, group, node->used);
  }
}

// Among those of its kind, sequences' ends or passed ones.
void PrefixTree::rank(Node* node, std::size_t group, std::uint64_t used) {
  Part& part = node->parts[group];
  const std::uint64_t rank = (part.rank & wanted) + used;
  if (spare_[group].erase({part.rank, node}) > 0) spare_[group].emplace(rank, node);
  part.rank = rank;
}

// To a node that has none.
void PrefixTree::give(Node* node, std::size_t group, std::int32_t block) {
  node->parts[group].block = block;
  if (!keeps_all(group)) spare_[group].emplace(node->parts[group].rank, node);
}

void PrefixTree::take(Node* node, std::size_t group) {
  Part& part = node->parts[group];
  spare_[group].erase({part.rank, node});
  if (part.block >= 0) groups_[group].pool.release(std::exchange(part.block, -1));
}

// A leaf that nobody holds, and those before it that are of no use without it.
void PrefixTree::remove(Node* node) {
  do {
    leaves_.erase({node->used, node});
    for (std::size_t group = 0; group < groups_.size(); ++group) take(node, group);
    Node* parent = node->parent;
    parent->children.erase(node->place);
    nodes_.erase(node->self);
    node = parent;
  } while (is_free_leaf(node) && is_empty(node));
  if (is_free_leaf(node)) leaves_.emplace(node->used, node);
}

bool PrefixTree::is_empty(const Node* node) {
  return std::ranges::all_of(node->parts, [](const Part& part) { return part.block < 0; });
}

}  // namespace gerbil::runtime
