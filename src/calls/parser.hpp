// An answer's text while it grows, to text proper and calls of tools.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calls/format.hpp"
#include "calls/header.hpp"
#include "calls/literal_reader.hpp"
#include "calls/parameter_reader.hpp"
#include "gerbil/message.hpp"

namespace gerbil::calls {

// What looks like the beginning of a call is held back until it is one, or is text after all. Between texts before
// and behind a call is one line feed, whatever white space was there.
class ToolCallParser {
 public:
  struct Events {
    std::function<void(std::string_view)> text;
    std::function<void(const ToolCallPiece&)> call;
  };

  enum class Family { all, alone };  // the formats that are read beside the one that is expected

  // Made ids go on from `earlier`, the number of calls before this answer.
  ToolCallParser(const ToolCallFormat& format, Tools tools, std::size_t earlier, Events events,
                 Family family = Family::all);
  ToolCallParser(const ToolCallParser&) = delete;
  ToolCallParser& operator=(const ToolCallParser&) = delete;

  void push(std::string_view text);
  // The answer is over. Where the model itself ended it, a call lacks nothing but its closing tag.
  void finish(bool ended_by_model);

  const std::string& text() const { return text_; }
  const std::vector<ToolCall>& calls() const { return calls_; }  // that are whole
  const std::string& unfinished() const { return unfinished_; }  // of a call that is not, as the model wrote it

 private:
  enum class Part { text, arguments, tail, end, after, broken };
  struct Beginning {
    Fit fit = Fit::no;
    const ToolCallFormat* format = nullptr;
    std::size_t size = 0;
    Header header;
  };

  bool advance();
  bool read_text();
  bool read_arguments();
  bool read_quoted();
  bool read_after();
  Beginning beginning_at(std::size_t at, bool bare_too) const;
  Header header_after(std::size_t at, const ToolCallFormat& format) const;
  void begin(const Beginning& beginning);
  bool take(Found found, Part then);
  bool is_too_long() const { return held_.size() > Limits::header_bytes; }
  bool fail();
  void end_call();
  void consume(std::size_t count);
  void emit_text(std::size_t count);
  void emit_arguments(std::string_view json);

  std::vector<const ToolCallFormat*> family_;
  std::string first_characters_;  // of what begins calls
  Tools tools_;
  std::size_t earlier_;
  Events events_;

  Part part_ = Part::text;
  std::string held_;   // received, not yet consumed
  std::string space_;  // white space after text, which belongs to it where more text follows
  std::string text_;
  std::vector<ToolCall> calls_;
  std::string unfinished_;

  // Of the call that is read.
  const ToolCallFormat* format_ = nullptr;
  ToolCall call_;
  bool announced_ = false;
  std::optional<LiteralReader> literals_;
  std::optional<LiteralReader> quoted_;  // arguments that are a text
  std::string quoted_json_;
  std::optional<ParameterReader> parameters_;
};

}  // namespace gerbil::calls
