// Turns the growing text of an answer into pieces that can be shown: reasoning apart from the answer proper, and
// nothing of a stop sequence or a tag that may be about to complete.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::runtime {

// What a model writes around its reasoning.
struct ReasoningTags {
  std::string_view open = "<think>";
  std::string_view close = "</think>";
};

// How an answer may begin.
struct Opening {
  bool reasoning = false;    // the prompt already opened the tags
  bool tags = true;          // else it may open them
  bool keeps_space = false;  // white space behind the closing tag is of the answer
  bool exact = false;        // with white space before them they are text
};

class AnswerText {
 public:
  using OnText = std::function<void(std::string_view piece, bool reasoning)>;

  AnswerText(std::vector<std::string> stop, const ReasoningTags& tags, const Opening& opening, OnText on_text);

  // Adds text; false once a stop sequence has been found, after which nothing more is taken.
  bool push(std::string_view text);
  // The answer is complete: what was held back is text after all.
  void finish();

  bool stopped() const { return !found_.empty(); }
  const std::string& stop_sequence() const { return found_; }  // the one that was found, the first of several; "": none
  bool reasons() const { return part_ == Part::reasoning; }
  const std::string& text() const { return text_; }
  const std::string& reasoning() const { return reasoning_; }

 private:
  enum class Part { start, reasoning, gap, text };  // gap: white space after the closing tag
  bool advance(bool final);
  void emit(std::size_t count);

  std::vector<std::string> stop_;
  ReasoningTags tags_;
  OnText on_text_;
  bool keeps_space_;
  bool exact_;
  Part part_;
  std::string held_;  // received, not yet emitted
  std::string text_;
  std::string reasoning_;
  std::string found_;  // of stop_
};

}  // namespace gerbil::runtime
