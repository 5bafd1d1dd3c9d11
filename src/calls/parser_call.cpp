// One call, from its name to its end.
#include <algorithm>
#include <format>
#include <utility>

#include "calls/parser.hpp"

namespace gerbil::calls {

void ToolCallParser::begin(const Beginning& beginning) {
  format_ = beginning.format;
  const Header& header = beginning.header;
  const bool id = !header.id.empty() && header.id.size() <= Limits::name_bytes;
  // Nine letters and digits: Mistral's templates take no others.
  call_ = {id ? header.id : std::format("call{:05}", earlier_ + calls_.size()), header.name, {}};
  announced_ = false;
  space_.clear();
  unfinished_.clear();
  consume(beginning.size + header.size);
  if (calls_.size() == Limits::calls) {
    part_ = Part::broken;
    return;
  }
  literals_.reset();
  quoted_.reset();
  quoted_json_.clear();
  parameters_.reset();
  if (!header.arguments.empty() || header.closed) {
    emit_arguments(header.arguments.empty() ? "{}" : header.arguments);
    part_ = Part::end;
    return;
  }
  emit_arguments("");
  part_ = Part::arguments;
  if (format_->shape == Shape::parameters) {
    parameters_.emplace(*format_, tools_, call_.name);
  } else {
    literals_.emplace(format_->quote, format_->shape == Shape::pythonic);
  }
}

bool ToolCallParser::read_arguments() {
  std::string json;
  if (parameters_) {
    std::string before = held_;
    const Fit fit = parameters_->read(held_, json);
    unfinished_.append(before, 0, before.size() - held_.size());
    emit_arguments(json);
    if (fit == Fit::yes) end_call();
    return fit == Fit::yes || (fit == Fit::no && fail());
  }
  // Of an object the arguments may also be a text that holds them, or null.
  if (call_.arguments.empty() && format_->shape == Shape::object && !quoted_) {
    const std::size_t begin = held_.find_first_not_of(white_space);
    if (begin == std::string::npos) return is_too_long() && fail();
    if (held_[begin] != '{') quoted_.emplace();
  }
  if (quoted_) return read_quoted();
  const std::size_t read = literals_->push(held_, json);
  consume(read);
  emit_arguments(json);
  switch (literals_->state()) {
    case LiteralReader::State::open:
      return false;
    case LiteralReader::State::broken:
      return fail();
    case LiteralReader::State::done:
      part_ = format_->shape == Shape::object ? Part::tail : Part::end;
  }
  return true;
}

bool ToolCallParser::read_quoted() {
  consume(quoted_->push(held_, quoted_json_));
  if (quoted_->state() == LiteralReader::State::open) return quoted_json_.size() > Limits::argument_bytes && fail();
  const bool done = quoted_->state() == LiteralReader::State::done;
  const std::string arguments = done ? arguments_of(quoted_json_) : std::string();
  if (arguments.empty()) return fail();
  emit_arguments(arguments);
  quoted_.reset();
  part_ = Part::tail;
  return true;
}

bool ToolCallParser::take(Found found, Part then) {
  if (found.fit != Fit::yes) return found.fit == Fit::no && fail();
  consume(found.size);
  part_ = then;
  return true;
}

// The call is known to its readers already, so it cannot become text: it stays as it is, and so does all that follows.
bool ToolCallParser::fail() {
  part_ = Part::broken;
  return true;
}

void ToolCallParser::end_call() {
  if (events_.call) events_.call({.index = calls_.size(), .id = {}, .name = {}, .arguments = {}, .whole = true});
  calls_.push_back(std::move(call_));
  unfinished_.clear();
  if (!text_.empty()) space_ = "\n";  // what follows begins a line
  part_ = Part::after;
}

void ToolCallParser::consume(std::size_t count) {
  unfinished_.append(held_, 0, count);
  held_.erase(0, count);
}

void ToolCallParser::emit_arguments(std::string_view json) {
  call_.arguments += json;
  if (events_.call && (!announced_ || !json.empty())) {
    events_.call({.index = calls_.size(),
                  .id = announced_ ? std::string_view() : call_.id,
                  .name = announced_ ? std::string_view() : call_.name,
                  .arguments = json,
                  .whole = false});
  }
  announced_ = true;
}

}  // namespace gerbil::calls
