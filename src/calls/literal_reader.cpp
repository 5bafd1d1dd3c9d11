#include "calls/literal_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.hpp"
#include "calls/match.hpp"

namespace gerbil::calls {
namespace {

constexpr std::size_t longest_word = 4096;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> words{
    {{"true", "true"}, {"True", "true"}, {"false", "false"}, {"False", "false"}, {"null", "null"}, {"None", "null"}}};

bool is_space(char c) { return white_space.contains(c); }
bool ends_word(char c) { return is_space(c) || std::string_view(",:={}[]()\"'").contains(c); }

}  // namespace

LiteralReader::LiteralReader(std::string_view quote, bool named_arguments)
    : quote_(quote), named_arguments_(named_arguments) {}

std::size_t LiteralReader::push(std::string_view text, std::string& json) {
  std::size_t read = 0;
  while (read < text.size() && state_ == State::open) {
    // A word ends before the character that ends it.
    if (mode_ == Mode::word && ends_word(text[read])) {
      end_word(json);
      continue;
    }
    if (mode_ == Mode::closing) {
      after_quote(text[read], json);
      continue;
    }
    step(text[read++], json);
  }
  return read;
}

void LiteralReader::step(char c, std::string& json) {
  switch (mode_) {
    case Mode::between:
      return between(c, json);
    case Mode::closing:
      return;
    case Mode::word:
      word_ += c;
      if (word_.size() > longest_word) fail();
      return;
    case Mode::opening:
      if (c != quote_[matched_++]) return fail();
      if (matched_ == quote_.size()) begin_string(0, json);
      return;
    case Mode::quoted:
      return in_string(c, json);
    case Mode::raw:
      return in_raw(c, json);
    case Mode::escape:
      return escaped(c, json);
    case Mode::hex:
      return hex(c, json);
  }
}

void LiteralReader::between(char c, std::string& json) {
  if (is_space(c)) return;
  if (next_ == Next::colon) {
    if (c != levels_.back().colon) return fail();
    json += ": ";
    next_ = Next::value;
    return;
  }
  if (!levels_.empty() && c == levels_.back().close && next_ != Next::value) {
    json += levels_.back().keyed ? '}' : ']';
    levels_.pop_back();
    return end_value();
  }
  if (next_ == Next::comma_or_close) {
    if (c != ',') return fail();
    next_ = levels_.back().keyed ? Next::key_or_close : Next::value_or_close;
    return;
  }
  if (levels_.empty() && named_arguments_) return c == '(' ? open_level(c, json) : fail();
  if (next_ != Next::value && std::exchange(levels_.back().any, true)) json += ", ";
  in_key_ = next_ == Next::key_or_close;
  if (c == '"' || c == '\'') return begin_string(c, json);
  if (!quote_.empty() && c == quote_.front()) {
    matched_ = 1;
    mode_ = Mode::opening;
    return;
  }
  if (!in_key_ && (c == '{' || c == '[' || c == '(')) return open_level(c, json);
  if (ends_word(c)) return fail();
  word_ = c;
  mode_ = Mode::word;
}

void LiteralReader::open_level(char c, std::string& json) {
  if (levels_.size() == depth) return fail();
  if (c == '(' && named_arguments_ && levels_.empty()) {
    levels_.push_back({')', true, '=', false, {}});
  } else if (c == '{') {
    levels_.push_back({'}', true, ':', false, {}});
  } else {
    levels_.push_back({c == '[' ? ']' : ')', false, 0, false, {}});
  }
  json += levels_.back().keyed ? '{' : '[';
  next_ = levels_.back().keyed ? Next::key_or_close : Next::value_or_close;
}

void LiteralReader::end_word(std::string& json) {
  mode_ = Mode::between;
  if (in_key_) {
    key_.clear();
    append_json_text(word_, json);
    key_ = word_;
    return end_key();
  }
  const auto known = std::ranges::find(words, word_, &std::pair<std::string_view, std::string_view>::first);
  if (known != words.end()) {
    json += known->second;
  } else if (word_.find_first_not_of("0123456789+-.eE") == std::string::npos && Json::accept(word_)) {
    json += word_;
  } else {
    return fail();
  }
  end_value();
}

void LiteralReader::end_key() {
  in_key_ = false;
  next_ = Next::colon;
  if (!levels_.back().keys.insert(key_).second) fail();
}

void LiteralReader::end_value() {
  if (levels_.empty()) {
    state_ = State::done;
  } else {
    next_ = Next::comma_or_close;
  }
}

std::string literal_to_json(std::string_view text, std::string_view quote) {
  LiteralReader reader(quote);
  std::string json;
  std::size_t read = reader.push(text, json);
  if (reader.state() == LiteralReader::State::open) reader.push(" ", json);
  const bool whole = reader.state() == LiteralReader::State::done && trimmed(text.substr(read)).empty();
  return whole ? json : std::string();
}

}  // namespace gerbil::calls
