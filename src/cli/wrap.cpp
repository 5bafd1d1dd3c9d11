#include "wrap.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cctype>

namespace gerbil::cli {
namespace {

constexpr int tab_stop = 8;
constexpr std::u32string_view no_break_before = U"、。，．・：；？！）」』】〉》〕］｝〟’”…ー々";
constexpr std::u32string_view no_break_after = U"（「『【〈《〔［｛〝‘“";

bool contains(std::u32string_view set, std::int32_t character) {
  return set.find(static_cast<char32_t>(character)) != std::u32string_view::npos;
}

// Of a script whose words have no spaces between them. Korean has, although its syllables are as wide.
bool stands_alone(std::int32_t character) {
  const bool hangul = character >= 0xac00 && character <= 0xd7a3;
  return utf8proc_charwidth(character) == 2 && !hangul;
}

}  // namespace

std::string WordWrap::push(std::string_view text, int width) {
  bytes_ += text;
  std::string shown;
  std::size_t at = 0;
  while (at < bytes_.size()) {
    const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(bytes_.data()) + at;
    const auto left = static_cast<utf8proc_ssize_t>(bytes_.size() - at);
    utf8proc_int32_t character = 0;
    utf8proc_ssize_t size = utf8proc_iterate(data, left, &character);
    if (size <= 0) {
      if (utf8proc_utf8class[*data] > left) break;  // the rest of it is still to come
      size = 1;
      character = 0xfffd;
    }
    add(character, std::string_view(bytes_).substr(at, static_cast<std::size_t>(size)), width, shown);
    at += static_cast<std::size_t>(size);
  }
  bytes_.erase(0, at);
  return shown;
}

std::string WordWrap::finish(int width) {
  std::string shown;
  word_ += bytes_;
  bytes_.clear();
  show_word(width, shown);
  return shown;
}

void WordWrap::add(std::int32_t character, std::string_view bytes, int width, std::string& shown) {
  if (character == '\n') {
    show_word(width, shown);
    space_.clear();
    space_width_ = 0;
    column_ = 0;
    ++lines_;
  } else if (character == ' ' || character == '\t') {
    show_word(width, shown);
    const int column = column_ + space_width_;
    space_width_ += character == ' ' ? 1 : tab_stop - column % tab_stop;
    space_ += bytes;
  } else if (utf8proc_category(character) != UTF8PROC_CATEGORY_CC) {
    const int columns = std::max(utf8proc_charwidth(character), 0);
    // A word that fills a line cannot be held any longer.
    if (!word_.empty()) {
      const bool may_break = may_break_before(character);
      if (may_break || word_width_ + columns > width) {
        show_word(width, shown);
        continues_ = !may_break;
      }
    }
    word_ += bytes;
    word_width_ += columns;
    last_ = character;
  }
}

void WordWrap::show_word(int width, std::string& shown) {
  if (word_.empty()) return;
  if (begun_) shown.append(lines_, '\n');
  lines_ = 0;
  begun_ = true;
  if (!continues_ && column_ > 0 && column_ + space_width_ + word_width_ > width) {
    shown += '\n';
    column_ = 0;
  } else {
    shown += space_;
    column_ += space_width_;
  }
  shown += word_;
  column_ += word_width_;
  if (width > 0 && column_ > width) column_ = (column_ - 1) % width + 1;
  continues_ = false;
  space_.clear();
  word_.clear();
  space_width_ = 0;
  word_width_ = 0;
}

// Between last_ and `character`, neither of them white space.
bool WordWrap::may_break_before(std::int32_t character) {
  const bool whole = utf8proc_grapheme_break_stateful(last_, character, &grapheme_state_);
  if (!whole || contains(no_break_before, character) || contains(no_break_after, last_)) return false;
  if (stands_alone(character)) return true;
  const bool punctuation = character < 0x80 && std::ispunct(character) != 0;
  return stands_alone(last_) && !punctuation;
}

}  // namespace gerbil::cli
