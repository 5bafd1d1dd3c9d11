#include "grammar/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <functional>

#include "gerbil/error.hpp"

namespace gerbil::grammar {
namespace {

// How many characters the tokens of a slice have at most. Where a text is counted, a slice of several lengths may be
// taken in part, and has to be walked.
constexpr std::array<std::uint32_t, 20> lengths = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                   11, 12, 13, 14, 15, 16, 17, 18, 20, 32};

bool is_word(const std::string& text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

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
  std::array<std::array<std::vector<std::int32_t>, lengths.size()>, 2> members;
  std::vector<std::int32_t> others;
  std::vector<std::int32_t> all;
  for (std::size_t id = 0; id < size(); ++id) {
    const std::string& text = tokens_.bytes[id];
    if (special_[id] || text.empty()) continue;
    all.push_back(static_cast<std::int32_t>(id));
    const std::uint32_t count = plain_characters(text);
    const bool plain = count > 0 && count <= lengths.back();
    const auto slice = static_cast<std::size_t>(std::ranges::lower_bound(lengths, count) - lengths.begin());
    const Plain kind = is_word(text) ? Plain::word : Plain::any;
    (plain ? members[static_cast<std::size_t>(kind)][slice] : others).push_back(static_cast<std::int32_t>(id));
  }
  others_ = Trie(tokens_.bytes, std::move(others));
  all_ = Trie(tokens_.bytes, std::move(all));
  for (const Plain kind : {Plain::word, Plain::any}) {
    const auto number = static_cast<std::size_t>(kind);
    masks_[number].assign(1, MaskWords(mask_words()));
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      MaskWords mask = masks_[number].back();
      const auto add = [&](const std::vector<std::int32_t>& ids) {
        for (const std::int32_t id : ids) mask[static_cast<std::size_t>(id) / 32] |= 1u << id % 32;
      };
      add(members[number][i]);
      if (kind == Plain::any) std::ranges::transform(mask, masks_[0][i + 1], mask.begin(), std::bit_or<>());
      masks_[number].push_back(std::move(mask));
    }
  }
  for (std::size_t kind = 0; kind < members.size(); ++kind) {
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      const std::uint32_t least = i == 0 ? 1 : lengths[i - 1] + 1;
      slices_[kind].push_back({least, lengths[i], Trie(tokens_.bytes, std::move(members[kind][i]))});
    }
  }
}

bool Vocabulary::ends(std::int32_t token) const { return std::ranges::contains(tokens_.ends, token); }

std::optional<std::uint32_t> Vocabulary::find_special(std::string_view text) const {
  const auto found = named_.find(text);
  return found == named_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace gerbil::grammar
