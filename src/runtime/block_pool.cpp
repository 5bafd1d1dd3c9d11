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

}  // namespace gerbil::runtime
