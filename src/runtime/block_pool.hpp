// Which pages of the KV cache are free (PagedAttention, Kwon et al. 2023).
#pragma once

#include <cstdint>
#include <vector>

namespace gerbil::runtime {

class BlockPool {
 public:
  explicit BlockPool(std::int32_t blocks);

  std::int32_t size() const { return size_; }
  std::int32_t available() const { return static_cast<std::int32_t>(free_.size()); }

  // A free block. There must be one: ask available() first.
  std::int32_t take();
  void release(std::int32_t block);

 private:
  std::int32_t size_;
  std::vector<std::int32_t> free_;  // the lowest number is taken first, so that untouched memory stays untouched
};

}  // namespace gerbil::runtime
