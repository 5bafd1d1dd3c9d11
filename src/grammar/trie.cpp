#include "grammar/trie.hpp"

#include <algorithm>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::grammar {

Trie::Trie(const std::vector<std::string>& texts, std::vector<std::int32_t> members) : tokens_(std::move(members)) {
  const auto text_of = [&](std::int32_t id) -> const std::string& { return texts[static_cast<std::size_t>(id)]; };
  std::ranges::sort(tokens_, [&](std::int32_t a, std::int32_t b) {
    const int order = text_of(a).compare(text_of(b));
    return order != 0 ? order < 0 : a < b;
  });
  std::vector<std::uint32_t> path;  // the nodes above
  const auto close = [&](std::size_t depth) {
    for (; path.size() > depth; path.pop_back()) nodes_[path.back()].next = static_cast<std::uint32_t>(nodes_.size());
  };
  std::string_view before;
  for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
    const std::string& text = text_of(tokens_[i]);
    if (text.size() > 0xfffe) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("Token {} has {} bytes; at most 65534 are supported.", tokens_[i], text.size()));
    }
    const auto shared = static_cast<std::size_t>(std::ranges::mismatch(before, text).in1 - before.begin());
    if (i > 0 && shared == text.size() && before.size() == text.size()) continue;
    close(shared);
    for (std::size_t at = shared; at < text.size(); ++at) {
      path.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.push_back({0, i, static_cast<std::uint16_t>(at + 1), static_cast<std::uint8_t>(text[at])});
    }
    // Only the last of these has tokens; those before end where they begin.
    depth_ = std::max(depth_, static_cast<std::uint32_t>(text.size()));
    before = text;
  }
  close(0);
  nodes_.push_back({0, static_cast<std::uint32_t>(tokens_.size()), 0, 0});
}

}  // namespace gerbil::grammar
