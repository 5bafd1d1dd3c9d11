// Short words that were encoded before. Text repeats its words: nearly all of English is found here.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace gerbil::tokenizer {

class WordCache {
 public:
  WordCache() : entries_(size) {}

  // The ids of `word`; empty when it is not here.
  std::span<const std::int32_t> find(std::string_view word) const {
    if (word.size() > longest_word) return {};
    const Entry& entry = entries_[place_of(word)];
    if (entry.length != word.size() || std::memcmp(entry.word.data(), word.data(), word.size()) != 0) return {};
    return {entry.ids.data(), entry.count};
  }

  // Takes the place of another word, if need be. Long words and long results are not kept.
  void insert(std::string_view word, std::span<const std::int32_t> ids) {
    if (word.size() > longest_word || ids.size() > most_ids || ids.empty()) return;
    Entry& entry = entries_[place_of(word)];
    std::memcpy(entry.word.data(), word.data(), word.size());
    std::memcpy(entry.ids.data(), ids.data(), ids.size_bytes());
    entry.length = static_cast<std::uint8_t>(word.size());
    entry.count = static_cast<std::uint8_t>(ids.size());
  }

 private:
  static constexpr std::size_t size = 1 << 14;  // one megabyte, inside a second-level cache
  static constexpr std::size_t longest_word = 30;
  static constexpr std::size_t most_ids = 8;

  struct Entry {  // 64 bytes, one cache line
    std::array<char, longest_word> word{};
    std::uint8_t length = 0;
    std::uint8_t count = 0;
    std::array<std::int32_t, most_ids> ids{};
  };
  static std::size_t place_of(std::string_view word) { return std::hash<std::string_view>{}(word) & (size - 1); }

  std::vector<Entry> entries_;
};

}  // namespace gerbil::tokenizer
