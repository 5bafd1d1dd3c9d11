// Multi-line paste for isocline, which takes every line end of pasted text for Enter.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <thread>

namespace gerbil::cli {

// Turns what a terminal with bracketed paste sends (xterm control sequences, "Bracketed Paste Mode") into what isocline
// expects: inside a paste, line ends become Ctrl-J, which inserts a line; tabs become spaces, and other control
// characters are dropped. Outside, everything passes.
class PasteTranslator {
 public:
  // What to hand on for `input`. What may be the beginning of a marker is held back until the next call,
  std::string translate(std::string_view input);
  // or, when no more comes for a moment, handed on by this one: it was the Escape key.
  std::string flush();
  bool holds_back() const { return !pending_.empty(); }

 private:
  void translate_pasted(char c, std::string& output);
  std::string pending_;  // the beginning of a paste marker
  bool pasting_ = false;
  bool after_return_ = false;
};

// While it lives, standard input is a pseudo-terminal that a thread feeds from the real one, through PasteTranslator.
// Without a pseudo-terminal, or when standard input is no terminal, it does nothing.
class KeyboardFilter {
 public:
  KeyboardFilter();
  ~KeyboardFilter();
  KeyboardFilter(const KeyboardFilter&) = delete;
  KeyboardFilter& operator=(const KeyboardFilter&) = delete;

  // Whether the last key of control was Ctrl-C: isocline's readline does not tell it from Ctrl-D.
  bool interrupted() const { return interrupted_; }

 private:
  void forward();
  bool feed(std::string_view keys);  // false when the filter ends
  bool editing() const;
  bool wait(short event, int milliseconds) const;  // for the feed, or the end of the filter: then false
  int keyboard_ = -1;                              // the real terminal
  int typed_ahead_ = 0;  // bytes that the terminal took before the filter asked for single keys
  int feed_ = -1;        // the other end of the new standard input
  int wake_ = -1;        // an eventfd that ends the thread
  std::atomic<bool> interrupted_ = false;
  std::thread thread_;
};

}  // namespace gerbil::cli
