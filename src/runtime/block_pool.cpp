#include "runtime/block_pool.hpp"

#include <algorithm>
#include <functional>

namespace gerbil::runtime {

// free_ is a heap with the lowest block on top.
BlockPool::BlockPool(std::int32_t blocks) : references_(static_cast<std::size_t>(blocks), 0) {
  for (std::int32_t block = 0; block < blocks; ++block) free_.push_back(block);
}

std::int32_t BlockPool::take() {
  std::ranges::pop_heap(free_, std::greater{});
  const std::int32_t block = free_.back();
  free_.pop_back();
  references_[static_cast<std::size_t>(block)] = 1;
  return block;
}

void BlockPool::release(std::int32_t block) {
  if (--references_[static_cast<std::size_t>(block)] > 0) return;
  free_.push_back(block);
  std::ranges::push_heap(free_, std::greater{});
}

}  // namespace gerbil::runtime
