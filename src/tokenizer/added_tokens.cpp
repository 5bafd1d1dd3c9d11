#include "tokenizer/added_tokens.hpp"

#include <algorithm>

#include "tokenizer/errors.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

// Rust's \w, which has the two joiners that Oniguruma's lacks.
constexpr const char* rust_word = "[\\w\\u200C\\u200D]";

bool matches(const Regex& regex, std::string_view text) {
  std::vector<Span> found;
  regex.find_all(text, found);
  return !found.empty();
}

bool ends_with_word(const Regex& word, std::string_view text) {
  if (text.empty()) return false;
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80) --at;
  return matches(word, text.substr(at));
}

bool starts_with_word(const Regex& word, std::string_view text) {
  return !text.empty() && matches(word, text.substr(0, utf8_unit(text, 0).size));
}

AddedToken read_token(const Json& json, const Normalizer& normalizer) {
  AddedToken token;
  token.content = json_required<std::string>(json, "content");
  token.single_word = json_value(json, "single_word", false);
  token.lstrip = json_value(json, "lstrip", false);
  token.rstrip = json_value(json, "rstrip", false);
  token.special = json_value(json, "special", false);
  token.normalized = json_value(json, "normalized", !token.special);
  token.decoded = token.normalized ? normalizer.apply(token.content) : token.content;
  return token;
}

}  // namespace

TokenMatcher::TokenMatcher(std::vector<Pattern> patterns) : patterns_(std::move(patterns)), nodes_(1) {
  for (std::uint32_t p = 0; p < patterns_.size(); ++p) {
    if (patterns_[p].text.empty()) continue;
    first_[static_cast<std::uint8_t>(patterns_[p].text[0])] = true;
    std::uint32_t node = 0;
    for (const char byte : patterns_[p].text) {
      const auto& children = nodes_[node].children;
      const auto child = std::ranges::find(children, byte, &std::pair<char, std::uint32_t>::first);
      if (child != children.end()) {
        node = child->second;
      } else {
        nodes_.emplace_back();
        nodes_[node].children.emplace_back(byte, static_cast<std::uint32_t>(nodes_.size() - 1));
        node = static_cast<std::uint32_t>(nodes_.size() - 1);
      }
    }
    if (!nodes_[node].pattern) nodes_[node].pattern = p;
    if (patterns_[p].single_word && !word_) word_.emplace(rust_word);
  }
}

std::optional<TokenMatcher::Match> TokenMatcher::longest_at(std::string_view text, std::size_t at) const {
  std::optional<Match> longest;
  for (std::uint32_t node = 0; at < text.size();) {
    const auto& children = nodes_[node].children;
    const auto child = std::ranges::find(children, text[at], &std::pair<char, std::uint32_t>::first);
    if (child == children.end()) break;
    node = child->second;
    ++at;
    if (nodes_[node].pattern) longest = Match{*nodes_[node].pattern, at};
  }
  return longest;
}

void TokenMatcher::split(std::string_view text, std::vector<Section>& sections) const {
  sections.clear();
  std::size_t done = 0;
  const auto text_until = [&](std::size_t end) {
    if (done < end) sections.push_back({std::nullopt, text.substr(done, end - done)});
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto match = first_[static_cast<std::uint8_t>(text[at])] ? longest_at(text, at) : std::nullopt;
    if (!match) {
      ++at;
      continue;
    }
    const Pattern& pattern = patterns_[match->pattern];
    std::size_t begin = at, end = match->end;
    at = match->end;
    if (pattern.single_word &&
        (ends_with_word(*word_, text.substr(0, begin)) || starts_with_word(*word_, text.substr(end)))) {
      continue;
    }
    if (pattern.lstrip) begin = std::max(done, without_trailing_whitespace(text.substr(0, begin)).size());
    if (pattern.rstrip) end = text.size() - without_leading_whitespace(text.substr(end)).size();
    text_until(begin);
    sections.push_back({pattern.id, text.substr(begin, end - begin)});
    done = end;
  }
  text_until(text.size());
}

AddedTokens read_added_tokens(const Json& root, const Vocabulary& model, std::size_t model_size,
                              const Normalizer& normalizer, bool split_special) {
  AddedTokens added;
  const auto list = root.find("added_tokens");
  if (list == root.end() || list->is_null()) return added;
  if (!list->is_array()) corrupt("added_tokens should be an array.");
  const auto vocabulary_size = static_cast<std::int64_t>(model_size);
  std::int64_t largest = -1;
  for (const Json& json : *list) {
    AddedToken token = read_token(json, normalizer);
    const auto declared_id = json_value<std::int64_t>(json, "id", 0);
    if (declared_id < 0 || declared_id > max_token_id) {
      corrupt("The added token \"" + token.content + "\" has the id " + std::to_string(declared_id) +
              ", which is outside 0 to " + std::to_string(max_token_id) + ".");
    }
    if (token.content.empty()) continue;
    std::int64_t id;
    if (const auto known = added.ids.find(token.content); known != added.ids.end()) {
      id = known->second;
    } else if (const auto in_model = model.find(token.content); in_model != model.end()) {
      id = in_model->second;
    } else {
      id = std::max(vocabulary_size, largest + 1);
    }
    largest = std::max(largest, id);
    added.ids.insert_or_assign(token.content, static_cast<std::int32_t>(id));
    if (token.special) added.special.insert(token.content);
    added.by_id.insert_or_assign(static_cast<std::int32_t>(id), std::move(token));
  }
  std::vector<TokenMatcher::Pattern> exact, normalized;
  for (const auto& [id, token] : added.by_id) {
    if (split_special && added.special.contains(token.content)) continue;
    auto& list_of = token.normalized ? normalized : exact;
    list_of.push_back({token.decoded, id, token.single_word, token.lstrip, token.rstrip});
  }
  for (auto* patterns : {&exact, &normalized}) {
    std::ranges::sort(*patterns, {}, &TokenMatcher::Pattern::id);  // of equal texts, the first added is found
  }
  added.exact = TokenMatcher(std::move(exact));
  added.normalized = TokenMatcher(std::move(normalized));
  return added;
}

}  // namespace gerbil::tokenizer
