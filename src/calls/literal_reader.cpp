#include "calls/literal_reader.hpp"

#include <algorithm>
#include <array>
#include <format>
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

void LiteralReader::begin_string(char quote, std::string& json) {
  string_end_ = quote;
  matched_ = 0;
  key_.clear();
  mode_ = quote == 0 ? Mode::raw : Mode::quoted;
  json += '"';
}

void LiteralReader::in_string(char c, std::string& json) {
  if (c == string_end_) {
    mode_ = Mode::closing;
  } else if (c == '\\') {
    mode_ = Mode::escape;
  } else {
    put_character(c, json);
  }
}

// A quote is part of the text when what stands behind it cannot follow a text: templates and models forget to escape.
void LiteralReader::after_quote(char next, std::string& json) {
  if (is_space(next) || std::string_view(",:=}])").contains(next)) return end_string(json);
  mode_ = Mode::quoted;
  put_character(string_end_, json);
}

// Nothing is escaped between a format's own quotes. They begin with a character that they do not have again.
void LiteralReader::in_raw(char c, std::string& json) {
  if (c == quote_[matched_]) {
    if (++matched_ == quote_.size()) end_string(json);
    return;
  }
  for (const char held : quote_.substr(0, std::exchange(matched_, 0))) put_character(held, json);
  if (c == quote_.front()) {
    matched_ = 1;
  } else {
    put_character(c, json);
  }
}

void LiteralReader::escaped(char c, std::string& json) {
  mode_ = Mode::quoted;
  digits_ = c == 'u' ? 4 : c == 'x' ? 2 : 0;
  if (digits_ > 0) {
    word_.clear();
    mode_ = Mode::hex;
    return;
  }
  settle_surrogate(json);
  if (std::string_view("\"\\/bfnrt").contains(c)) return put(std::string{'\\', c}, json);
  if (c == '\'') return put_character(c, json);
  if (c == '\n') return;  // Python: the line goes on
  if (c == '0') return put_unit(0, json);
  // No escape: Python takes the backslash for itself.
  put("\\\\", json);
  put_character(c, json);
}

void LiteralReader::hex(char c, std::string& json) {
  if (!std::string_view("0123456789abcdefABCDEF").contains(c)) return fail();
  word_ += c;
  if (word_.size() < digits_) return;
  mode_ = Mode::quoted;
  put_unit(static_cast<std::uint32_t>(std::stoul(word_, nullptr, 16)), json);
}

// A UTF-16 unit: halves of pairs are written together, and alone as U+FFFD, for they are no characters.
void LiteralReader::put_unit(std::uint32_t unit, std::string& json) {
  if (unit >= 0xdc00 && unit < 0xe000 && high_ != 0) {
    const std::string pair = std::format("\\u{:04x}\\u{:04x}", std::exchange(high_, 0), unit);
    return put(pair, json);
  }
  settle_surrogate(json);
  if (unit >= 0xd800 && unit < 0xdc00) {
    high_ = unit;
  } else {
    put(std::format("\\u{:04x}", unit >= 0xdc00 && unit < 0xe000 ? 0xfffd : unit), json);
  }
}

void LiteralReader::settle_surrogate(std::string& json) {
  if (std::exchange(high_, 0) != 0) put("\\ufffd", json);
}

void LiteralReader::put_character(char c, std::string& json) {
  settle_surrogate(json);
  const std::size_t size = json.size();
  append_escaped(c, json);
  if (in_key_) key_.append(json, size);
}

void LiteralReader::put(std::string_view piece, std::string& json) {
  json += piece;
  if (in_key_) key_ += piece;
}

void LiteralReader::end_string(std::string& json) {
  settle_surrogate(json);
  mode_ = Mode::between;
  json += '"';
  in_key_ ? end_key() : end_value();
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

void append_escaped(char c, std::string& json) {
  switch (c) {
    case '"':
      json += "\\\"";
      return;
    case '\\':
      json += "\\\\";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      if (static_cast<unsigned char>(c) < 0x20) {
        json += std::format("\\u{:04x}", int{c});
      } else {
        json += c;
      }
  }
}

void append_json_text(std::string_view text, std::string& json) {
  json += '"';
  for (const char c : text) append_escaped(c, json);
  json += '"';
}

}  // namespace gerbil::calls
