#include "calls/parser.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace gerbil::calls {
namespace {

std::string opener(const ToolCallFormat& format) { return std::string(format.open) + std::string(format.call); }

// Where nothing else begins a call, its own first character does.
char first_character(const ToolCallFormat& format) {
  const std::string text = opener(format);
  return trimmed(text).empty() ? '{' : trimmed(text).front();
}

}  // namespace

ToolCallParser::ToolCallParser(const ToolCallFormat& format, Tools tools, std::size_t earlier, Events events,
                               Family family)
    : tools_(std::move(tools)), earlier_(earlier), events_(std::move(events)) {
  for (const ToolCallFormat& each : formats()) {
    if (family == Family::all ? each.family != format.family : each.name != format.name) continue;
    family_.push_back(&each);
    first_characters_ += first_character(each);
  }
}

void ToolCallParser::push(std::string_view text) {
  held_ += text;
  while (advance()) {
  }
}

void ToolCallParser::finish(bool ended_by_model) {
  while (advance()) {
  }
  if (part_ == Part::end && ended_by_model && calls_.size() < Limits::calls) end_call();
  if (part_ == Part::text) {
    // What was held back is text after all.
    while (!held_.empty()) emit_text(held_.size());
    if (calls_.empty() && !space_.empty()) {
      text_ += space_;
      if (events_.text) events_.text(space_);
    }
  } else if (part_ != Part::after) {
    unfinished_ += held_;
  }
  held_.clear();
}

// Consumes what it can of held_; true when the part changed and there may be more to do.
bool ToolCallParser::advance() {
  switch (part_) {
    case Part::text:
      return read_text();
    case Part::arguments:
      return read_arguments();
    case Part::tail:
      return take(read_object_end(held_), Part::end);
    case Part::end: {
      const Found end = match(held_, format_->end);
      if (end.fit != Fit::yes) return end.fit == Fit::no && fail();
      consume(end.size);
      end_call();
      return true;
    }
    case Part::after:
      return read_after();
    case Part::broken:
      consume(held_.size());
      return false;
  }
  return false;
}

bool ToolCallParser::read_text() {
  std::size_t at = 0;
  while ((at = held_.find_first_of(first_characters_, at)) != std::string::npos) {
    const bool alone = text_.empty() && trimmed(std::string_view(held_).substr(0, at)).empty();
    const Beginning beginning = beginning_at(at, alone);
    if (beginning.fit == Fit::no) {
      ++at;
      continue;
    }
    emit_text(at);
    if (beginning.fit == Fit::yes) begin(beginning);
    return beginning.fit == Fit::yes;
  }
  emit_text(held_.size());
  return false;
}

ToolCallParser::Beginning ToolCallParser::beginning_at(std::size_t at, bool bare_too) const {
  Beginning result;
  const std::string_view text = std::string_view(held_).substr(at);
  for (const ToolCallFormat* format : family_) {
    if (format->bare() && !bare_too) continue;
    const Found open = match(text, opener(*format));
    Header header = open.fit == Fit::yes ? header_after(at + open.size, *format) : Header{.fit = open.fit};
    if (header.fit == Fit::yes) return {Fit::yes, format, open.size, std::move(header)};
    if (header.fit == Fit::partial) result.fit = Fit::partial;
  }
  return result;
}

Header ToolCallParser::header_after(std::size_t at, const ToolCallFormat& format) const {
  return read_header(std::string_view(held_).substr(at), format, tools_);
}

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
  if (call_.arguments.empty() && format_->shape == Shape::object) {
    const std::string_view value =
        std::string_view(held_).substr(std::min(held_.find_first_not_of(white_space), held_.size()));
    if (value.empty()) return false;
    if (value.front() != '{') {
      const Value whole = read_value(held_);
      if (whole.fit == Fit::partial) return held_.size() > Limits::argument_bytes && fail();
      const std::string arguments = whole.fit == Fit::yes ? arguments_of(whole.json) : std::string();
      if (arguments.empty()) return fail();
      consume(whole.size);
      emit_arguments(arguments);
      part_ = Part::tail;
      return true;
    }
  }
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

// Another call, the end of all, or text.
bool ToolCallParser::read_after() {
  held_.erase(0, std::min(held_.find_first_not_of(white_space), held_.size()));
  if (held_.empty()) return false;
  const Found close = match(held_, format_->close);
  if (!trimmed(format_->close).empty() && close.fit == Fit::yes) {
    held_.erase(0, close.size);
    part_ = Part::text;
    return true;
  }
  const Found separator = match(held_, format_->separator);
  Fit fit = separator.fit;
  if (fit == Fit::yes) {
    const std::string_view rest = std::string_view(held_).substr(separator.size);
    const Found call = match(rest, format_->call);
    const Header header =
        call.fit == Fit::yes ? header_after(separator.size + call.size, *format_) : Header{.fit = call.fit};
    if (header.fit == Fit::yes) {
      begin({Fit::yes, format_, separator.size + call.size, header});
      return true;
    }
    fit = header.fit;
  }
  if (fit == Fit::partial || (close.fit == Fit::partial && !format_->close.empty())) return false;
  part_ = Part::text;
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

void ToolCallParser::emit_text(std::size_t count) {
  std::string piece = space_ + held_.substr(0, count);
  held_.erase(0, count);
  space_.clear();
  const std::size_t size = piece.find_last_not_of(white_space) + 1;
  space_ = piece.substr(size);
  piece.resize(size);
  if (piece.empty()) return;
  text_ += piece;
  if (events_.text) events_.text(piece);
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
