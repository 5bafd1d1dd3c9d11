#include "call_output.hpp"

#include <utility>

#include "terminal.hpp"

namespace gerbil::cli {

void CallOutput::text(std::string_view piece) {
  output_.write(piece);
  line_begun_ = true;
}

void CallOutput::call(const ToolCallPiece& piece) {
  if (!piece.name.empty()) {
    if (std::exchange(line_begun_, true)) output_.end("\n");
    output_.write(piece.name, dimmed_);
    output_.write(" ", dimmed_);
  }
  output_.write(piece.arguments, dimmed_);
  if (piece.whole) output_.end("\n");
  if (piece.whole) line_begun_ = false;
}

void CallOutput::end(std::string_view separator, const GenerateResult& result) {
  output_.end(line_begun_ || result.tool_calls.empty() ? separator : separator.substr(1));
  line_begun_ = false;
  if (!result.unfinished_tool_call.empty()) say("the answer ends inside a call of a tool, which is not whole");
}

}  // namespace gerbil::cli
