#include "grammar/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <format>

#include "gerbil/error.hpp"
#include "grammar/code_points.hpp"

namespace gerbil::grammar {
namespace {

// How many characters the tokens of a slice have at most. Texts that have room for fewer walk the longer slices.
constexpr std::array<std::uint32_t, 9> lengths = {1, 2, 3, 4, 6, 8, 12, 16, 32};

// The number of characters of a text that any string may hold as it is, else 0.
std::uint32_t plain_characters(const std::string& text) {
  try {
    const std::u32string characters = decode(text);
    const auto odd = [](char32_t c) { return c < 0x20 || c == '"' || c == '\\' || c == 0x7f; };
    return std::ranges::any_of(characters, odd) ? 0 : static_cast<std::uint32_t>(characters.size());
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace

Vocabulary::Vocabulary(Tokens tokens) : tokens_(std::move(tokens)), special_(tokens_.special) {
  special_.resize(size());
  for (const std::int32_t end : tokens_.ends) {
    if (end < 0 || static_cast<std::size_t>(end) >= size()) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("Token {} is said to end texts, but the vocabulary has {} tokens.", end, size()));
    }
    special_[static_cast<std::size_t>(end)] = true;
  }
  for (std::size_t id = 0; id < size(); ++id)
    if (special_[id] && !tokens_.bytes[id].empty())
      named_.try_emplace(tokens_.bytes[id], static_cast<std::uint32_t>(id));
  std::vector<std::vector<std::int32_t>> members(lengths.size() + 1);
  for (std::size_t id = 0; id < size(); ++id) {
    if (special_[id] || tokens_.bytes[id].empty()) continue;
    const std::uint32_t count = plain_characters(tokens_.bytes[id]);
    const std::size_t slice =
        count == 0 || count > lengths.back()
            ? lengths.size()
            : static_cast<std::size_t>(std::ranges::lower_bound(lengths, count) - lengths.begin());
    members[slice].push_back(static_cast<std::int32_t>(id));
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].empty()) continue;
    Slice& slice = slices_.emplace_back();
    slice.plain = i < lengths.size() ? lengths[i] : 0;
    slice.mask.resize(mask_words());
    for (const std::int32_t id : members[i]) slice.mask[static_cast<std::size_t>(id) / 32] |= 1u << id % 32;
    slice.trie = Trie(tokens_.bytes, std::move(members[i]));
  }
}

bool Vocabulary::ends(std::int32_t token) const { return std::ranges::contains(tokens_.ends, token); }

std::optional<std::uint32_t> Vocabulary::find_special(std::string_view text) const {
  const auto found = named_.find(text);
  return found == named_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace gerbil::grammar
