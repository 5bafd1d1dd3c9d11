// The texts and keys of a LiteralReader, and how JSON spells them.
#include <format>
#include <utility>

#include "calls/literal_reader.hpp"

namespace gerbil::calls {

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
  if (std::string_view(" \t\r\n,:=}])").contains(next)) return end_string(json);
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
