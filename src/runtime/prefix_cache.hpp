// Keys and values of finished sequences, kept until their blocks are needed: the next turn of a chat begins with them.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <vector>

#include "runtime/block_pool.hpp"

namespace gerbil::runtime {

class PrefixCache {
 public:
  explicit PrefixCache(BlockPool& pool) : pool_(&pool) {}

  struct Match {
    std::int32_t tokens = 0;               // how many leading tokens are in the cache
    std::span<const std::int32_t> blocks;  // of the entry, valid until the cache changes
  };
  // The entry that shares the longest prefix with `tokens`, made the most recently used.
  Match find(std::span<const std::int32_t> tokens, bool long_rope);

  // Takes over one reference to each of `blocks`, which hold the keys and values of `tokens`. Entries that are a prefix
  // of the new one are dropped.
  void add(std::vector<std::int32_t> tokens, std::vector<std::int32_t> blocks, bool long_rope);

  // Drops the least recently used entry; false when there is none.
  bool evict();
  void clear();
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::vector<std::int32_t> tokens;
    std::vector<std::int32_t> blocks;
    bool long_rope = false;
  };
  void release(const Entry& entry);

  BlockPool* pool_;
  std::list<Entry> entries_;  // most recently used first
};

}  // namespace gerbil::runtime
