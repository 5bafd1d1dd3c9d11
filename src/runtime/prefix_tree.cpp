#include "runtime/prefix_tree.hpp"

#include <algorithm>
#include <iterator>

namespace gerbil::runtime {
namespace {

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
    if (common <= best.tokens) return;
    best = {place->second->block, common};
    chosen = place->second;
  };
  if (after != node->children.end()) consider(after);
  if (after != node->children.begin()) consider(std::prev(after));
  if (chosen) touch(chosen);
  return best;
}

PrefixTree::Node* PrefixTree::insert(Node* node, Tokens page, std::int32_t block) {
  const auto after = node->children.lower_bound({page.begin(), page.end()});
  if (after != node->children.end() && common_prefix(after->first, page) == std::ssize(page)) {
    pool_->release(block);
    touch(after->second);
    return after->second;
  }
  // A shorter page that is the beginning of this one has nothing of its own.
  if (after != node->children.begin()) {
    const auto before = std::prev(after);
    if (common_prefix(before->first, page) == std::ssize(before->first)) remove(before->second);
  }
  leaves_.erase({node->used, node});
  Node* added = &nodes_.emplace_back(Node{.parent = node, .block = block});
  added->self = std::prev(nodes_.end());
  added->place = node->children.emplace_hint(after, std::vector(page.begin(), page.end()), added);
  touch(added);
  return added;
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
      if (!node->lasting) remove(node);
    }
    node = parent;
  }
}

bool PrefixTree::evict() {
  if (leaves_.empty()) return false;
  remove(leaves_.begin()->second);
  return true;
}

void PrefixTree::touch(Node* node) {
  const bool leaf = is_free_leaf(node);
  leaves_.erase({node->used, node});
  node->used = ++clock_;
  if (leaf) leaves_.emplace(node->used, node);
}

// A leaf that nobody holds.
void PrefixTree::remove(Node* node) {
  leaves_.erase({node->used, node});
  pool_->release(node->block);
  Node* parent = node->parent;
  parent->children.erase(node->place);
  nodes_.erase(node->self);
  if (is_free_leaf(parent)) leaves_.emplace(parent->used, parent);
}

}  // namespace gerbil::runtime
