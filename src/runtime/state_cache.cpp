#include "runtime/state_cache.hpp"

#include <algorithm>

#include "backends/program.hpp"

namespace gerbil::runtime {
namespace {

std::int32_t blocks_for(std::int32_t tokens) {
  return tokens / kv_block_tokens + (tokens % kv_block_tokens != 0 ? 1 : 0);
}

PrefixTree::Tokens tokens_of(const Sequence& sequence, std::int32_t begin, std::int32_t count) {
  return PrefixTree::Tokens(sequence.tokens).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
}

// The first page that is not in the tree.
PrefixTree::Tokens next_page(const Sequence& sequence) {
  return tokens_of(sequence, sequence.shared * kv_block_tokens, kv_block_tokens);
}

void count_as_computed(Sequence& sequence, std::int32_t tokens) {
  sequence.computed += tokens;
  if (sequence.generated() == 0) sequence.outcome.cached_tokens += tokens;
}

}  // namespace

StateCache::StateCache(std::int32_t tokens, bool reuse) : reuse_(reuse), pool_(blocks_for(tokens)), prefixes_(pool_) {}

std::int32_t StateCache::capacity() const { return pool_.size() * kv_block_tokens; }

std::int32_t StateCache::missing(const Sequence& sequence, std::int32_t tokens) {
  return blocks_for(tokens) - static_cast<std::int32_t>(sequence.blocks.size());
}

bool StateCache::may_adopt(const Sequence& sequence) const {
  return shares(sequence) && sequence.computed == sequence.shared * kv_block_tokens &&
         sequence.computed + kv_block_tokens <= sequence.first_wanted();
}

void StateCache::adopt(Sequence& sequence) {
  while (may_adopt(sequence)) {
    PrefixTree::Node* next = prefixes_.child(sequence.node, next_page(sequence));
    if (!next) return;
    const auto at = static_cast<std::size_t>(sequence.shared);
    if (at < sequence.blocks.size()) {
      pool_.release(sequence.blocks[at]);
      sequence.blocks[at] = next->block;
    } else {
      sequence.blocks.push_back(next->block);
    }
    prefixes_.advance(sequence.node, next);
    sequence.node = next;
    ++sequence.shared;
    count_as_computed(sequence, kv_block_tokens);
  }
}

bool StateCache::grow(Sequence& sequence, std::int32_t tokens) {
  const std::int32_t wanted = missing(sequence, tokens);
  if (wanted > obtainable()) return false;
  while (pool_.available() < wanted) prefixes_.evict();
  for (std::int32_t i = 0; i < wanted; ++i) sequence.blocks.push_back(pool_.take());
  return true;
}

std::pair<std::int32_t, std::int32_t> StateCache::copy_partial_page(Sequence& sequence) {
  constexpr std::pair<std::int32_t, std::int32_t> nothing{-1, -1};
  const std::int32_t rest = sequence.first_wanted() - sequence.computed;
  if (!shares(sequence) || sequence.computed != sequence.shared * kv_block_tokens || rest <= 0) return nothing;
  const auto [block, count] =
      prefixes_.partial(sequence.node, tokens_of(sequence, sequence.computed, std::min(rest, kv_block_tokens)));
  if (count == 0) return nothing;
  count_as_computed(sequence, count);
  return {block, sequence.blocks[static_cast<std::size_t>(sequence.shared)]};
}

void StateCache::share(Sequence& sequence) {
  while (shares(sequence) && (sequence.shared + 1) * kv_block_tokens <= sequence.computed) {
    std::int32_t& block = sequence.blocks[static_cast<std::size_t>(sequence.shared)];
    PrefixTree::Node* node = prefixes_.insert(sequence.node, next_page(sequence), block);
    block = node->block;
    prefixes_.advance(sequence.node, node);
    sequence.node = node;
    ++sequence.shared;
  }
}

void StateCache::release(Sequence& sequence, bool lasting) {
  auto own = static_cast<std::size_t>(sequence.shared);
  const std::int32_t begin = sequence.shared * kv_block_tokens;
  if (lasting && shares(sequence) && sequence.computed > begin) {
    prefixes_.insert(sequence.node, tokens_of(sequence, begin, sequence.computed - begin), sequence.blocks[own++]);
  }
  for (; own < sequence.blocks.size(); ++own) pool_.release(sequence.blocks[own]);
  prefixes_.release(sequence.node, lasting);
  enter(sequence);
  sequence.blocks.clear();
  sequence.shared = 0;
  sequence.computed = 0;
  if (sequence.generated() == 0) sequence.outcome.cached_tokens = 0;
}

bool StateCache::compute_the_same(const Sequence& a, const Sequence& b) const {
  return a.node == b.node && may_adopt(a) && b.length() >= (b.shared + 1) * kv_block_tokens &&
         std::ranges::equal(next_page(a), next_page(b));
}

}  // namespace gerbil::runtime
