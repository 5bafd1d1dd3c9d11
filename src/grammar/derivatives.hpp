// What is known of derivatives. A table of its own, as making masks of new states does little else than look here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gerbil::grammar {

class Derivatives {
 public:
  // The derivative of the expression by the byte; none: nullptr, valid until the next call of put() or clear().
  const std::uint32_t* find(std::uint32_t of, std::uint8_t byte) const {
    if (entries_.empty()) return nullptr;
    const std::uint64_t key = key_of(of, byte);
    const Entry& entry = entries_[place(key)];
    return entry.key == key ? &entry.derivative : nullptr;
  }

  void put(std::uint32_t of, std::uint8_t byte, std::uint32_t derivative) {
    if (2 * (size_ + 1) > entries_.size()) grow();
    const std::uint64_t key = key_of(of, byte);
    Entry& entry = entries_[place(key)];
    size_ += entry.key == 0 ? 1 : 0;
    entry = {key, derivative};
  }

  std::size_t size() const { return size_; }
  void clear() { *this = {}; }

 private:
  struct Entry {
    std::uint64_t key = 0;  // of what is free
    std::uint32_t derivative = 0;
  };

  static std::uint64_t key_of(std::uint32_t of, std::uint8_t byte) { return (std::uint64_t{of} << 8 | byte) + 1; }

  // Where the key is, or would be.
  std::size_t place(std::uint64_t key) const {
    std::uint64_t mixed = key * 0x9e3779b97f4a7c15u;
    mixed ^= mixed >> 32;
    std::size_t at = mixed & (entries_.size() - 1);
    while (entries_[at].key != 0 && entries_[at].key != key) at = (at + 1) & (entries_.size() - 1);
    return at;
  }

  void grow() {
    const std::vector<Entry> before = std::move(entries_);
    entries_.assign(before.empty() ? 64 : 2 * before.size(), {});
    for (const Entry& entry : before)
      if (entry.key != 0) entries_[place(entry.key)] = entry;
  }

  std::vector<Entry> entries_;  // open addressing, a power of two
  std::size_t size_ = 0;
};

}  // namespace gerbil::grammar
