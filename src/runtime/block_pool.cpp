#include "runtime/block_pool.hpp"

#include <algorithm>
#include <functional>

namespace gerbil::runtime {

// free_ is a heap with the lowest block on top.
BlockPool::BlockPool(std::int32_t blocks) : size_(blocks) {
  for (std::int32_t block = 0; block < blocks; ++block) free_.push_back(block);
}

std::int32_t BlockPool::take() {
  std::ranges::pop_heap(free_, std::greater{});
  const std::int32_t block = free_.back();
  free_.pop_back();
  return block;
}

void BlockPool::release(std::int32_t block) {
  free_.push_back(block);
  std::ranges::push_heap(free_, std::greater{});
}

BlockLease::BlockLease(BlockPool& pool, std::int32_t count) : pool_(&pool) {
  blocks_.reserve(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) blocks_.push_back(pool.take());
}

BlockLease::BlockLease(BlockLease&& other) noexcept : pool_(other.pool_), blocks_(std::exchange(other.blocks_, {})) {}

BlockLease& BlockLease::operator=(BlockLease&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(blocks_, other.blocks_);
  return *this;
}

BlockLease::~BlockLease() {
  for (const std::int32_t block : blocks_) pool_->release(block);
}

}  // namespace gerbil::runtime
