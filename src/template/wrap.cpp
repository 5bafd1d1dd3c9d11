// How long lines are divided. Reference: textwrap of the Python Standard Library, whose regular expression wordsep_re
// is spelled out here.
#include "template/wrap.hpp"

#include <algorithm>

#include "template/text.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

// The white space at which textwrap divides: ASCII only.
bool is_blank(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class Line {
 public:
  explicit Line(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at < text.size(); at += tokenizer::utf8_unit(text, at).size) {
      characters_.push_back(tokenizer::utf8_unit(text, at).code_point);
      bytes_.push_back(at);
    }
    bytes_.push_back(text.size());
  }

  // White space, and words that may be cut behind their hyphens and around their dashes.
  std::vector<std::string_view> chunks(bool break_on_hyphens) const {
    std::vector<std::string_view> result;
    for (std::size_t begin = 0; begin < characters_.size();) {
      std::size_t end = begin + 1;
      if (is_blank(at(begin))) {
        while (end < characters_.size() && is_blank(at(end))) ++end;
      } else if (break_on_hyphens && begins_dash(begin)) {
        while (at(end) == '-') ++end;
      } else {
        while (end < characters_.size() && !is_blank(at(end)) && !(break_on_hyphens && begins_dash(end))) {
          ++end;
          if (break_on_hyphens && ends_with_hyphen(begin, end)) break;
        }
      }
      result.push_back(text_.substr(bytes_[begin], bytes_[end] - bytes_[begin]));
      begin = end;
    }
    return result;
  }

 private:
  char32_t at(std::size_t i) const { return i < characters_.size() ? characters_[i] : U' '; }
  bool letter(std::size_t i) const { return is_word(at(i)) && !is_decimal(at(i)); }
  bool punctuated(std::size_t i) const {
    const char32_t c = at(i);
    return is_word(c) || (c < 0x80 && std::string_view("!\"'&.,?").contains(static_cast<char>(c)));
  }

  // Two hyphens or more between words.
  bool begins_dash(std::size_t i) const {
    if (i == 0 || at(i) != '-' || at(i + 1) != '-' || !punctuated(i - 1)) return false;
    while (at(i) == '-') ++i;
    return is_word(at(i));
  }

  // Whether a hyphen inside of a word stands before `end`, and not at `begin`.
  bool ends_with_hyphen(std::size_t begin, std::size_t end) const {
    if (at(end - 1) != '-' || end - 1 == begin || end < 3) return false;
    const bool behind_letters = letter(end - 2) && letter(end - 3);
    const bool behind_hyphen = end > 3 && punctuated(end - 2) && at(end - 3) == '-' && letter(end - 4);
    return (behind_letters || behind_hyphen) && letter(end) && letter(at(end + 1) == '-' ? end + 2 : end + 1);
  }

  std::string_view text_;
  std::vector<char32_t> characters_;
  std::vector<std::size_t> bytes_;
};

// How many bytes of a word that is too long go into `room` characters: up to a hyphen if there is one.
std::size_t cut_of(std::string_view word, std::int64_t room, bool break_on_hyphens) {
  const std::size_t cut = byte_of(word, room);
  if (!break_on_hyphens) return cut;
  const std::size_t hyphen = word.substr(0, cut).rfind('-');
  const bool splits = hyphen != std::string_view::npos && word.substr(0, hyphen).find_first_not_of('-') < hyphen;
  return splits ? hyphen + 1 : cut;
}

}  // namespace

bool is_word(char32_t c) { return c == '_' || is_letter(c) || is_decimal(c) || is_numeric(c); }

std::vector<std::string> wrap(Heap& heap, std::string_view line, std::int64_t width, bool break_words,
                              bool break_on_hyphens) {
  std::vector<std::string> lines;
  auto rest = Line(line).chunks(break_on_hyphens);
  std::ranges::reverse(rest);
  while (!rest.empty()) {
    heap.spend(1 + static_cast<std::int64_t>(rest.back().size() / 16));  // a long word is counted in every line
    if (!lines.empty() && strip(rest.back()).empty()) rest.pop_back();
    std::vector<std::string_view> current;
    std::int64_t used = 0;
    while (!rest.empty() && used + count_characters(rest.back()) <= width) {
      used += count_characters(rest.back());
      current.push_back(rest.back());
      rest.pop_back();
    }
    if (!rest.empty() && count_characters(rest.back()) > width) {
      if (break_words) {
        const std::size_t cut = cut_of(rest.back(), width - used, break_on_hyphens);
        if (cut > 0) current.push_back(rest.back().substr(0, cut));
        rest.back().remove_prefix(cut);
        if (cut == 0 && current.empty()) break;
      } else if (current.empty()) {
        current.push_back(rest.back());
        rest.pop_back();
      }
    }
    if (!current.empty() && strip(current.back()).empty()) current.pop_back();
    if (current.empty()) continue;
    std::string joined;
    for (const std::string_view part : current) joined += part;
    lines.push_back(std::move(joined));
  }
  return lines;
}

}  // namespace gerbil::jinja
