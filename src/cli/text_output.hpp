// Where an answer is written, piece by piece.
#pragma once

#include <ostream>
#include <string_view>

#include "wrap.hpp"

namespace gerbil::cli {

// On a terminal, lines end between words and text may be dimmed. Anywhere else every byte is written as it is.
class TextOutput {
 public:
  // `file` is the descriptor behind `stream`.
  TextOutput(std::ostream& stream, int file);

  bool is_terminal() const { return is_terminal_; }
  void write(std::string_view text, bool dimmed = false);
  // What follows is another text: writes what is held back of the last word, and `separator` as it is.
  void end(std::string_view separator);

 private:
  void show(std::string_view text);
  int width() const;

  std::ostream& stream_;
  int file_;
  bool is_terminal_;
  bool styled_;
  bool dimmed_ = false;  // what is held back
  WordWrap wrap_;
};

}  // namespace gerbil::cli
