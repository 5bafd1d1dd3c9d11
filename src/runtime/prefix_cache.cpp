#include "runtime/prefix_cache.hpp"

#include <algorithm>
#include <utility>

namespace gerbil::runtime {
namespace {

std::int32_t common_prefix(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  return static_cast<std::int32_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

PrefixCache::Match PrefixCache::find(std::span<const std::int32_t> tokens, bool long_rope) {
  auto best = entries_.end();
  std::int32_t longest = 0;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->long_rope != long_rope) continue;
    const std::int32_t common = common_prefix(entry->tokens, tokens);
    if (common > longest) {
      longest = common;
      best = entry;
    }
  }
  if (best == entries_.end()) return {};
  entries_.splice(entries_.begin(), entries_, best);
  return {longest, best->blocks};
}

void PrefixCache::add(std::vector<std::int32_t> tokens, std::vector<std::int32_t> blocks, bool long_rope) {
  std::erase_if(entries_, [&](const Entry& entry) {
    const bool covered = entry.long_rope == long_rope &&
                         common_prefix(entry.tokens, tokens) == static_cast<std::int32_t>(entry.tokens.size());
    if (covered) release(entry);
    return covered;
  });
  entries_.push_front({std::move(tokens), std::move(blocks), long_rope});
}

bool PrefixCache::evict() {
  if (entries_.empty()) return false;
  release(entries_.back());
  entries_.pop_back();
  return true;
}

void PrefixCache::clear() {
  while (evict()) {
  }
}

void PrefixCache::release(const Entry& entry) {
  for (const std::int32_t block : entry.blocks) pool_->release(block);
}

}  // namespace gerbil::runtime
