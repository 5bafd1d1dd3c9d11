#include "runtime/prompt_lookup.hpp"

#include <algorithm>
#include <utility>

namespace gerbil::runtime {
namespace {

constexpr std::size_t tokens_per_call = 2048;  // that are read
constexpr int places_per_call = 16;            // that are compared
constexpr std::size_t longest_match = 32;      // beyond which it does not matter how much is alike

std::size_t alike(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  const std::size_t most = std::min({a.size(), b.size(), longest_match});
  std::size_t count = 0;
  while (count < most && a[a.size() - 1 - count] == b[b.size() - 1 - count]) ++count;
  return count;
}

}  // namespace

std::vector<std::int32_t> PromptLookup::find(std::span<const std::int32_t> tokens, std::size_t most) {
  const std::size_t read = std::min(tokens.size(), before_.size() + tokens_per_call);
  for (std::size_t place = before_.size(); place < read; ++place) {
    before_.push_back(-1);
    if (place + 1 < key_tokens) continue;
    const auto number = static_cast<std::int32_t>(place);
    const auto [found, fresh] = latest_.try_emplace({tokens[place - 2], tokens[place - 1], tokens[place]}, number);
    if (!fresh) before_.back() = std::exchange(found->second, number);
  }
  if (read < tokens.size() || tokens.size() < key_tokens || most == 0) return {};
  std::size_t longest = 0;
  std::size_t best = 0;
  std::int32_t place = before_.back();
  for (int i = 0; i < places_per_call && place >= 0; ++i, place = before_[static_cast<std::size_t>(place)]) {
    const auto end = static_cast<std::size_t>(place) + 1;
    const std::size_t length = alike(tokens.first(end), tokens);
    if (length <= longest) continue;
    longest = length;
    best = end;
  }
  if (best == 0) return {};
  const auto rest = tokens.subspan(best, std::min(most, tokens.size() - best));
  return {rest.begin(), rest.end()};
}

}  // namespace gerbil::runtime
