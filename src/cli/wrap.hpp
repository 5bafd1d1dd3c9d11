// Breaks an answer into lines between its words, while it comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gerbil::cli {

// Lines may also break beside the characters of scripts that are written without spaces. A word that is longer than a
// line begins one and is left to the terminal, which copies it as one word. White space at a break is left out, and so
// are line ends before the first word and after the last, and control characters other than line feed and tab: what a
// model writes does not move the cursor.
class WordWrap {
 public:
  // What can be shown of `text` (UTF-8), which goes on where the last call ended; the last word may go on and is held
  // back. `width`: columns of the terminal.
  std::string push(std::string_view text, int width);
  // What was held back.
  std::string finish(int width);

 private:
  void add(std::int32_t character, std::string_view bytes, int width, std::string& shown);
  void show_word(int width, std::string& shown);
  bool may_break_before(std::int32_t character);

  std::string bytes_;  // the beginning of a character
  std::string space_;  // between what was shown and word_
  std::string word_;
  int space_width_ = 0;
  int word_width_ = 0;
  std::size_t lines_ = 0;            // line ends before space_
  bool begun_ = false;               // a word was shown
  bool continues_ = false;           // word_ is the rest of what was shown last
  int column_ = 0;                   // where the next character would be shown
  std::int32_t last_ = 0;            // the last character of word_
  std::int32_t grapheme_state_ = 0;  // utf8proc's, between last_ and the next character
};

}  // namespace gerbil::cli
