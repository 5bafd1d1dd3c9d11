#include "calls/parser.hpp"

#include <algorithm>
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
    // What is read again with every piece must not grow for ever.
    case Part::tail:
      return take(read_object_end(held_), Part::end) || (part_ == Part::tail && is_too_long() && fail());
    case Part::end: {
      const Found end = match(held_, format_->end);
      if (end.fit != Fit::yes) return (end.fit == Fit::no || is_too_long()) && fail();
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

}  // namespace gerbil::calls
