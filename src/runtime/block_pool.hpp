// Which pages of the KV cache are free (PagedAttention, Kwon et al. 2023).
#pragma once

#include <cstdint>
#include <span>
#include <utility>
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

// Blocks that go back to their pool, which must outlive them.
class BlockLease {
 public:
  BlockLease() = default;
  BlockLease(BlockPool& pool, std::int32_t count);  // so many must be available
  BlockLease(BlockLease&& other) noexcept;
  BlockLease& operator=(BlockLease&& other) noexcept;
  ~BlockLease();

  std::span<const std::int32_t> blocks() const { return blocks_; }
  void swap(std::size_t number, std::int32_t& block) { std::swap(blocks_[number], block); }

 private:
  BlockPool* pool_ = nullptr;
  std::vector<std::int32_t> blocks_;
};

}  // namespace gerbil::runtime
