#include "runtime/state_cache.hpp"

#include <algorithm>
#include <format>
#include <limits>
#include <numeric>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

std::int32_t blocks_for(std::int32_t tokens) {
  return tokens / kv_block_tokens + (tokens % kv_block_tokens != 0 ? 1 : 0);
}

PrefixTree::Tokens tokens_of(const Sequence& sequence, std::int32_t begin, std::int32_t count) {
  return PrefixTree::Tokens(sequence.tokens).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
}

PrefixTree::Tokens page_of(const Sequence& sequence, std::int32_t page) {
  return tokens_of(sequence, page * kv_block_tokens, kv_block_tokens);
}

void count_as_computed(Sequence& sequence, std::int32_t tokens) {
  sequence.computed += tokens;
  if (sequence.generated() == 0) sequence.outcome.cached_tokens += tokens;
}

// The most blocks that a sequence has at once: a step's first token looks back a window, and the step goes on from it.
std::int32_t most_live(std::int32_t window, std::int32_t step_tokens) { return blocks_for(window + step_tokens) + 1; }

// Tokens of one sequence in one step.
std::int32_t most_at_once(const SchedulerOptions& options) {
  return options.whole_texts ? options.max_tokens : options.step_tokens;
}

std::vector<BlockGroup> make_groups(const SchedulerOptions& options) {
  if (options.step_tokens < options.step_multiple) {
    throw Error(ErrorCode::invalid_argument,
                std::format("A step takes {} tokens, but prompts are cut at multiples of {}.", options.step_tokens,
                            options.step_multiple));
  }
  std::vector<BlockGroup> groups;
  for (std::size_t group = 0; group < options.windows.size(); ++group) {
    const std::int32_t tokens = options.group_tokens.empty() ? options.kv_tokens : options.group_tokens.at(group);
    groups.push_back({BlockPool(blocks_for(tokens)), options.windows[group]});
    const std::int32_t least =
        std::min(blocks_for(options.kv_tokens), most_live(options.windows[group], most_at_once(options)));
    if (options.windows[group] > 0 && groups.back().pool.size() < least) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("Pages of a window of {} have room for {} tokens, but a sequence needs {}.",
                              options.windows[group], tokens, least * kv_block_tokens));
    }
  }
  // Any of them may go at any time, as blocks behind a window may.
  if (options.slots > 0) groups.push_back({BlockPool(options.snapshots), 1});
  return groups;
}

}  // namespace

StateCache::StateCache(const SchedulerOptions& options)
    : reuse_(options.reuse_prefixes),
      step_tokens_(most_at_once(options)),
      step_multiple_(options.step_multiple),
      snapshot_multiple_(std::lcm(options.step_multiple, kv_block_tokens)),
      slots_(options.slots),
      page_groups_(options.windows.size()),
      groups_(make_groups(options)),
      prefixes_(groups_) {}

bool StateCache::free(const BlockCounts& wanted) const {
  for (std::size_t group = 0; group < page_groups_; ++group) {
    if (wanted[group] > groups_[group].pool.available()) return false;
  }
  return true;
}

bool StateCache::obtainable(const BlockCounts& wanted) const {
  for (std::size_t group = 0; group < page_groups_; ++group) {
    if (wanted[group] > groups_[group].pool.available() + prefixes_.evictable(group)) return false;
  }
  return true;
}

CacheUse StateCache::use() const {
  CacheUse most;
  for (std::size_t group = 0; group < page_groups_; ++group) {
    const BlockPool& pool = groups_[group].pool;
    const std::int64_t evictable = prefixes_.evictable(group);
    const std::int64_t held = pool.size() - pool.available() - evictable;
    const CacheUse use{kv_block_tokens * held, kv_block_tokens * evictable,
                       std::int64_t{kv_block_tokens} * pool.size()};
    if (use.held * most.capacity >= most.held * use.capacity) most = use;
  }
  return most;
}

BlockCounts StateCache::missing(const Sequence& sequence, std::int32_t tokens) const {
  BlockCounts counts;
  for (std::size_t group = 0; group < page_groups_; ++group) {
    const std::int32_t window = groups_[group].window;
    const auto live = static_cast<std::int32_t>(sequence.blocks[group].size()) - sequence.first[group];
    const std::int32_t step = std::min(step_tokens_, std::max(1, sequence.length() - sequence.computed));
    std::int32_t wanted = blocks_for(tokens) - sequence.first[group];
    if (window > 0) wanted = std::min(wanted, most_live(window, step));
    counts.push_back(std::max(0, wanted - live));
  }
  return counts;
}

std::int32_t StateCache::room(const Sequence& sequence) const {
  std::size_t pages = std::numeric_limits<std::int32_t>::max() / kv_block_tokens;
  for (const std::vector<std::int32_t>& blocks : sequence.blocks) pages = std::min(pages, blocks.size());
  return static_cast<std::int32_t>(pages) * kv_block_tokens;
}

void StateCache::enter(Sequence& sequence) {
  sequence.path = {prefixes_.root(sequence.variant)};
  sequence.blocks.assign(page_groups_, {});
  sequence.first.assign(page_groups_, 0);
  sequence.computed = 0;
  sequence.branch = 0;
  sequence.awaited = false;
  sequence.snapshot = 0;
}

bool StateCache::admit(Sequence& sequence) {
  if (!recurrent()) return true;
  if (slots_.available() == 0) return false;
  sequence.slot = slots_.take();
  return true;
}

// Whether it may take the page of somebody else, as none of its tokens are wanted.
bool StateCache::may_adopt(const Sequence& sequence, std::int32_t page) const {
  return shares(sequence) && sequence.computed == sequence.shared() * kv_block_tokens &&
         (page + 1) * kv_block_tokens <= sequence.first_wanted();
}

// The first page that a token at the position looks back to.
std::int32_t StateCache::first_needed(std::size_t group, std::int32_t position) const {
  const std::int32_t window = groups_[group].window;
  return window > 0 ? std::max(0, position - window + 1) / kv_block_tokens : 0;
}

// A page can be gone on from when every group has what the next token looks back to, and recurrent layers the state; of
// those that can, the deepest.
void StateCache::adopt(Sequence& sequence) {
  std::vector<PrefixTree::Node*> found;
  std::size_t same = 0;                                 // pages from which all but the recurrent layers could go on
  std::size_t usable = 0;                               // and these as well
  std::vector<std::int32_t> unbroken = sequence.first;  // by group, where the blocks begin that last until here
  PrefixTree::Node* node = sequence.node();
  for (std::int32_t page = sequence.shared(); may_adopt(sequence, page); ++page) {
    node = prefixes_.child(node, page_of(sequence, page));
    if (!node) break;
    found.push_back(node);
    bool all = true;
    for (std::size_t group = 0; group < page_groups_; ++group) {
      if (node->parts[group].block < 0) unbroken[group] = page + 1;
      all = all && unbroken[group] <= first_needed(group, (page + 1) * kv_block_tokens);
    }
    if (all) same = found.size();
    if (all && (!recurrent() || node->parts[page_groups_].block >= 0)) usable = same;
  }
  if (same > usable) {
    const std::int32_t end = sequence.computed + static_cast<std::int32_t>(same) * kv_block_tokens;
    sequence.branch = end / snapshot_multiple_ * snapshot_multiple_;
  }
  found.resize(usable);
  for (PrefixTree::Node* next : found) step_down(sequence, next);
  count_as_computed(sequence, static_cast<std::int32_t>(usable) * kv_block_tokens);
  slide(sequence);
  if (usable > 0 && recurrent()) restore(sequence);
}

// Goes on from the snapshot of the node where it is.
void StateCache::restore(Sequence& sequence) {
  PrefixTree::Node* node = sequence.node();
  copies_.slots.emplace_back(slots_.size() + node->parts[page_groups_].block, sequence.slot);
  prefixes_.hold(node, page_groups_);
  prefixes_.let_go(node, page_groups_, false);  // used just now
}

// Holds the next node, and reads its blocks instead of its own.
void StateCache::step_down(Sequence& sequence, PrefixTree::Node* node) {
  const std::int32_t page = sequence.shared();
  prefixes_.advance(sequence.node(), node);
  sequence.path.push_back(node);
  for (std::size_t group = 0; group < page_groups_; ++group) {
    std::vector<std::int32_t>& blocks = sequence.blocks[group];
    const auto at = static_cast<std::size_t>(page);
    if (at == blocks.size()) {
      blocks.push_back(-1);
    } else {
      groups_[group].pool.release(blocks[at]);
    }
    blocks[at] = node->parts[group].block;
    if (blocks[at] >= 0) {
      prefixes_.hold(node, group);
    } else {
      pass(sequence, group, page);  // and so have all who were here
      sequence.first[group] = page + 1;
    }
  }
}

// Lets go of the group's blocks before a page.
void StateCache::pass(Sequence& sequence, std::size_t group, std::int32_t end) {
  for (std::int32_t& page = sequence.first[group]; page < end; ++page) {
    std::int32_t& block = sequence.blocks[group][static_cast<std::size_t>(page)];
    if (page < sequence.shared()) {
      prefixes_.let_go(sequence.path[static_cast<std::size_t>(page) + 1], group, true);
    } else {
      groups_[group].pool.release(block);
    }
    block = -1;
  }
}

void StateCache::slide(Sequence& sequence) {
  for (std::size_t group = 0; group < page_groups_; ++group) {
    pass(sequence, group, first_needed(group, sequence.computed));
  }
}

bool StateCache::grow(Sequence& sequence, std::int32_t tokens) {
  BlockCounts wanted;
  for (std::size_t group = 0; group < page_groups_; ++group) {
    const std::int32_t end = groups_[group].window > 0 ? std::min(tokens, sequence.computed + step_tokens_) : tokens;
    wanted.push_back(blocks_for(end) - static_cast<std::int32_t>(sequence.blocks[group].size()));
  }
  if (!obtainable(wanted)) return false;
  for (std::size_t group = 0; group < page_groups_; ++group) {
    BlockPool& pool = groups_[group].pool;
    while (pool.available() < wanted[group]) prefixes_.evict(group);
    for (std::int32_t i = 0; i < wanted[group]; ++i) sequence.blocks[group].push_back(pool.take());
  }
  return true;
}

void StateCache::copy_partial_page(Sequence& sequence) {
  const std::int32_t page = sequence.shared();
  const std::int32_t rest = sequence.first_wanted() - sequence.computed;
  if (!shares(sequence) || recurrent() || sequence.computed != page * kv_block_tokens || rest <= 0) return;
  const auto [node, count] =
      prefixes_.partial(sequence.node(), tokens_of(sequence, sequence.computed, std::min(rest, kv_block_tokens)));
  if (count == 0) return;
  count_as_computed(sequence, count);
  for (std::size_t group = 0; group < page_groups_; ++group) {
    copies_.blocks.push_back({group, node->parts[group].block, sequence.blocks[group][static_cast<std::size_t>(page)]});
  }
}

// What is wanted of the prompt is computed again by whoever goes on from its snapshot.
std::int32_t StateCache::last_snapshot_end(const Sequence& sequence) const {
  return sequence.reusable / snapshot_multiple_ * snapshot_multiple_;
}

std::int32_t StateCache::cut(const Sequence& sequence, std::int32_t end) const {
  if (end < sequence.length()) end -= end % step_multiple_;
  if (!takes_snapshots(sequence)) return end;
  for (const std::int32_t wanted : {sequence.branch, last_snapshot_end(sequence)}) {
    if (wanted > sequence.computed) end = std::min(end, wanted);
  }
  return end;
}

std::int32_t StateCache::guessable(const Sequence& sequence, std::int32_t most) const {
  if (!recurrent()) return most;
  if (takes_snapshots(sequence)) most = std::min(most, snapshot_multiple_ - 1 - sequence.computed % snapshot_multiple_);
  return std::min(most, slots_.available());
}

BlockLease StateCache::guess_slots(std::int32_t guesses) {
  return recurrent() ? BlockLease(slots_, guesses) : BlockLease();
}

void StateCache::settle(Sequence& sequence) {
  while (shares(sequence) && (sequence.shared() + 1) * kv_block_tokens <= sequence.computed) {
    share_page(sequence, kv_block_tokens);
  }
  slide(sequence);
  if (takes_snapshots(sequence) && sequence.computed == sequence.shared() * kv_block_tokens) take_snapshot(sequence);
  sequence.awaited = false;
}

// Of the state after its tokens, which end with a page, where it is worth it. Those of an answer, and those that others
// wait for, last until the next.
void StateCache::take_snapshot(Sequence& sequence) {
  const bool lasting = sequence.computed == sequence.branch || sequence.computed == last_snapshot_end(sequence);
  const bool passing = sequence.awaited || sequence.generated() > 0 || sequence.computed == sequence.length();
  BlockPool& pool = groups_[page_groups_].pool;
  if (sequence.computed % snapshot_multiple_ != 0 || (!lasting && !passing)) return;
  if (sequence.node()->parts[page_groups_].block >= 0) return;
  if (!lasting) {
    const std::int32_t before = std::exchange(sequence.snapshot, sequence.computed);
    if (before > 0) prefixes_.take(sequence.path[static_cast<std::size_t>(before / kv_block_tokens)], page_groups_);
  }
  if (pool.available() == 0) prefixes_.evict(page_groups_);
  const std::int32_t block = pool.take();
  prefixes_.put(sequence.node(), page_groups_, block);
  copies_.slots.emplace_back(sequence.slot, slots_.size() + block);
}

// Its first own page, which has so many tokens.
void StateCache::share_page(Sequence& sequence, std::int32_t tokens) {
  const std::int32_t page = sequence.shared();
  const auto at = static_cast<std::size_t>(page);
  BlockCounts own;
  for (const std::vector<std::int32_t>& blocks : sequence.blocks) own.push_back(blocks[at]);
  PrefixTree::Node* node = prefixes_.insert(sequence.node(), tokens_of(sequence, page * kv_block_tokens, tokens), own);
  prefixes_.advance(sequence.node(), node);
  sequence.path.push_back(node);
  for (std::size_t group = 0; group < page_groups_; ++group) {
    sequence.blocks[group][at] = node->parts[group].block;
    if (node->parts[group].block >= 0) prefixes_.hold(node, group);
  }
}

void StateCache::release(Sequence& sequence, bool lasting) {
  const std::int32_t rest = sequence.computed - sequence.shared() * kv_block_tokens;
  if (lasting && shares(sequence) && rest > 0) share_page(sequence, rest);
  for (std::size_t group = 0; group < page_groups_; ++group) {
    const std::vector<std::int32_t>& blocks = sequence.blocks[group];
    // The end first, so that it is evicted first: it is of no use without what is before it.
    for (std::size_t page = blocks.size(); page-- > static_cast<std::size_t>(sequence.first[group]);) {
      if (blocks[page] < 0) continue;  // a longer page that begins with the last tokens has lost its own
      if (page + 1 < sequence.path.size()) {
        prefixes_.let_go(sequence.path[page + 1], group, !lasting);
      } else {
        groups_[group].pool.release(blocks[page]);
      }
    }
  }
  prefixes_.release(sequence.node(), lasting);
  if (sequence.slot >= 0) {
    std::erase_if(copies_.slots, [&](const auto& copy) { return copy.second == sequence.slot; });
    slots_.release(std::exchange(sequence.slot, -1));
  }
  enter(sequence);
  if (sequence.generated() == 0) sequence.outcome.cached_tokens = 0;
}

bool StateCache::compute_the_same(const Sequence& a, const Sequence& b) const {
  return a.node() == b.node() && may_adopt(a, a.shared()) && b.length() >= (b.shared() + 1) * kv_block_tokens &&
         std::ranges::equal(page_of(a, a.shared()), page_of(b, b.shared()));
}

void StateCache::forget() {
  copies_ = {};
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    while (prefixes_.evict(group)) {
    }
  }
}

}  // namespace gerbil::runtime
