#include "grammar/rule_text.hpp"

#include <algorithm>
#include <format>

#include "grammar/code_points.hpp"

namespace gerbil::grammar {

RuleText::RuleText(std::string_view text, std::vector<std::u32string_view> comments, const Limits& limits)
    : limits_(limits), comments_(std::move(comments)) {
  if (text.size() > limits_.text_bytes) exceed(limits_.text_bytes, "bytes of text", "make it shorter");
  text_ = decode(text);
}

void RuleText::fail(const std::string& what, ErrorCode code) const {
  throw Error(code, std::format("Line {} of the grammar {}.", place.line, what));
}

bool RuleText::take(std::u32string_view expected) {
  if (!sees(expected)) return false;
  place.at += expected.size();
  return true;
}

void RuleText::skip(bool lines) {
  for (; !done(); ++place.at) {
    if (std::ranges::any_of(comments_, [&](std::u32string_view comment) { return sees(comment); })) {
      place.at += std::min(rest().size(), rest().find(U'\n'));
      if (done()) return;
    }
    const char32_t c = peek();
    if (c == '\n' || c == '\r') {
      if (!lines) return;
      place.line += c == '\n' ? 1 : 0;
    } else if (c != ' ' && c != '\t') {
      return;
    }
  }
}

bool RuleText::sees_name(std::string_view others) const {
  const char32_t c = peek();
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         std::ranges::contains(others, c, [](char other) { return static_cast<char32_t>(other); });
}

std::string RuleText::name(std::string_view others) {
  std::string made;
  while (sees_name(others)) made += static_cast<char>(next());
  if (made.empty()) fail("needs a name");
  return made;
}

std::uint32_t RuleText::number() {
  if (peek() < '0' || peek() > '9') fail("needs a number");
  std::uint32_t value = 0;
  while (peek() >= '0' && peek() <= '9') {
    value = value * 10 + static_cast<std::uint32_t>(next() - '0');
    if (value > limits_.repetitions) exceed(limits_.repetitions, "repetitions of a part", "allow fewer, or any number");
  }
  return value;
}

std::uint32_t RuleText::rule(const std::string& name) {
  const auto [at, fresh] = numbers_.try_emplace(name, static_cast<std::uint32_t>(rules_.size()));
  if (fresh) {
    if (rules_.size() >= limits_.rules) exceed(limits_.rules, "rules", "make it shorter");
    rules_.push_back({.name = name, .body = {}, .line = place.line});
  }
  return at->second;
}

void RuleText::define(std::uint32_t rule, GbnfNode body, std::size_t line) {
  GbnfRule& defined = rules_[rule];
  if (defined.defined) fail(std::format("defines '{}' again", defined.name));
  defined.body = std::move(body);
  defined.defined = true;
  defined.line = line;
}

std::vector<GbnfRule> RuleText::take_rules() {
  for (const GbnfRule& each : rules_) {
    place.line = each.line;
    if (!each.defined) fail(std::format("uses '{}', which is not defined", each.name));
  }
  return std::move(rules_);
}

GbnfNode RuleText::special(const FindToken& find_token, const std::string& spelled) const {
  const std::optional<std::uint32_t> id = find_token ? find_token(spelled) : std::nullopt;
  if (!id) fail(std::format("names '{}', which is no special token of this model", spelled));
  return {.kind = GbnfNode::Kind::token, .value = *id};
}

}  // namespace gerbil::grammar
