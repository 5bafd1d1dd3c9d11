// Calls of tools among the text of an answer: each on a line of its own, the name before the arguments.
#pragma once

#include "gerbil/generator.hpp"
#include "text_output.hpp"

namespace gerbil::cli {

class CallOutput {
 public:
  explicit CallOutput(TextOutput& output, bool dimmed = false) : output_(output), dimmed_(dimmed) {}

  void text(std::string_view piece);
  void call(const ToolCallPiece& piece);
  // What separates this answer from what follows; says on stderr when a call has not become whole.
  void end(std::string_view separator, const GenerateResult& result);

 private:
  TextOutput& output_;
  bool dimmed_;
  bool line_begun_ = false;
};

}  // namespace gerbil::cli
