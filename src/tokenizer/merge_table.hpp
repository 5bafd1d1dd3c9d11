// The merges of a BPE model: (left id, right id) -> (rank, id of the result), in one flat hash table.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gerbil::tokenizer {

struct Merge {
  std::uint32_t rank;  // smaller is merged first
  std::int32_t result;
};

class MergeTable {
 public:
  MergeTable() : MergeTable(0) {}
  explicit MergeTable(std::size_t count)
      : slots_(std::bit_ceil(count * 2 + 1), Slot{empty, {}}), shift_(64 - std::countr_zero(slots_.size())) {}

  // The last merge of a pair wins. At most `count` different pairs.
  void insert(std::int32_t left, std::int32_t right, Merge merge) {
    const std::uint64_t key = key_of(left, right);
    std::size_t at = place_of(key);
    while (slots_[at].key != key && slots_[at].key != empty) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, merge};
  }

  const Merge* find(std::int32_t left, std::int32_t right) const {
    const std::uint64_t key = key_of(left, right);
    for (std::size_t at = place_of(key);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].key == key) return &slots_[at].merge;
      if (slots_[at].key == empty) return nullptr;
    }
  }

 private:
  struct Slot {
    std::uint64_t key;
    Merge merge;
  };
  static constexpr std::uint64_t empty = ~std::uint64_t{0};  // ids are not negative

  static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  // Fibonacci hashing: the high bits of the product depend on all bits of the key. A table of one slot has shift 64.
  std::size_t place_of(std::uint64_t key) const {
    return slots_.size() == 1 ? 0 : static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> shift_);
  }

  std::vector<Slot> slots_;
  int shift_;
};

}  // namespace gerbil::tokenizer
