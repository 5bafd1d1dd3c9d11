// The pages of the KV cache: which are free, and how many sequences share each (PagedAttention, Kwon et al. 2023).
#pragma once

#include <cstdint>
#include <vector>

namespace gerbil::runtime {

class BlockPool {
 public:
  explicit BlockPool(std::int32_t blocks);

  std::int32_t size() const { return static_cast<std::int32_t>(references_.size()); }
  std::int32_t available() const { return static_cast<std::int32_t>(free_.size()); }

  // A free block with one reference. There must be one: ask available() first.
  std::int32_t take();
  void share(std::int32_t block) { ++references_[static_cast<std::size_t>(block)]; }
  // Drops a reference; the block is free again when it was the last.
  void release(std::int32_t block);
  bool shared(std::int32_t block) const { return references_[static_cast<std::size_t>(block)] > 1; }

 private:
  std::vector<std::int32_t> references_;
  std::vector<std::int32_t> free_;  // the lowest number is taken first, so that untouched memory stays untouched
};

}  // namespace gerbil::runtime
