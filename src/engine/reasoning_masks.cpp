#include "engine/reasoning_masks.hpp"

#include <algorithm>

namespace gerbil {

bool is_white_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string_view beginning_at_the_end(std::string_view thought, std::string_view tag) {
  std::size_t size = std::min(thought.size(), tag.size() - 1);
  while (!thought.ends_with(tag.substr(0, size))) --size;
  return thought.substr(thought.size() - size);
}

ReasoningMasks::ReasoningMasks(std::shared_ptr<const grammar::Vocabulary> vocabulary,
                               const runtime::ReasoningTags& tags)
    : vocabulary_(std::move(vocabulary)), tags_(tags) {}

std::string ReasoningMasks::text(std::int32_t token) const {
  const std::string& bytes = vocabulary_->bytes(token);
  if (!vocabulary_->special(token)) return bytes;
  return !bytes.empty() && (tags_.open.starts_with(bytes) || bytes == tags_.close) ? bytes : "";
}

grammar::Mask ReasoningMasks::find(const std::string& key,
                                   const std::function<bool(std::int32_t, const std::string&)>& fits) {
  const std::lock_guard lock(mutex_);
  grammar::Mask& known = known_[key];
  if (known) return known;
  const auto made = std::make_shared<grammar::MaskWords>(vocabulary_->mask_words());
  for (std::int32_t token = 0; token < static_cast<std::int32_t>(vocabulary_->size()); ++token) {
    if (vocabulary_->bytes(token).empty() || vocabulary_->ends(token) || !fits(token, text(token))) continue;
    (*made)[static_cast<std::size_t>(token) / 32] |= 1u << token % 32;
  }
  return known = made;
}

grammar::Mask ReasoningMasks::opening(const std::string& begun) {
  return find("opening " + begun, [&](std::int32_t, const std::string& text) {
    const std::string now = begun + text;
    if (text.empty()) return false;
    return tags_.open.starts_with(now) ||
           (now.starts_with(tags_.open) && !now.substr(tags_.open.size()).contains(tags_.close));
  });
}

grammar::Mask ReasoningMasks::inside(const std::string& held, bool white_space_may_follow) {
  return find((white_space_may_follow ? "inside " : "within ") + held,
              [&](std::int32_t token, const std::string& text) {
                if (vocabulary_->special(token) && text.empty()) return false;
                const std::string now = held + text;
                const std::size_t at = now.find(tags_.close);
                if (at == std::string::npos) return true;
                const std::string_view rest = std::string_view(now).substr(at + tags_.close.size());
                return white_space_may_follow ? is_white_space(rest) : rest.empty();
              });
}

grammar::Mask ReasoningMasks::gap() {
  return find("gap", [&](std::int32_t token, const std::string& text) {
    return !vocabulary_->special(token) && is_white_space(text);
  });
}

}  // namespace gerbil
