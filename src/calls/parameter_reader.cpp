#include "calls/parameter_reader.hpp"

#include <algorithm>
#include <utility>

#include "calls/literal_reader.hpp"

namespace gerbil::calls {

ParameterReader::ParameterReader(const ToolCallFormat& format, const Tools& tools, std::string name)
    : format_(format), tools_(tools), name_(std::move(name)) {}

Fit ParameterReader::read(std::string& text, std::string& json) {
  if (!std::exchange(begun_, true)) json += '{';
  while (true) {
    if (!inside_) {
      if (const Found end = match(text, format_.end); end.fit == Fit::yes) {
        text.erase(0, end.size);
        json += '}';
        return Fit::yes;
      }
    }
    const Fit fit = inside_ ? read_argument(text, json) : begin_argument(text, json);
    if (fit != Fit::yes) return fit;
  }
}

Fit ParameterReader::begin_argument(std::string& text, std::string& json) {
  const Found open = match(text, format_.key);
  if (open.fit != Fit::yes) return open.fit == Fit::no ? match(text, format_.end).fit : open.fit;
  const std::string_view core = trimmed(format_.value);
  const std::size_t key_end = text.find(core.front(), open.size);
  if (std::min(key_end, text.size()) - open.size > Limits::name_bytes) return Fit::no;
  if (key_end == std::string::npos) return Fit::partial;
  const Found value = match(std::string_view(text).substr(key_end), core);
  if (value.fit != Fit::yes) return value.fit;
  std::size_t at = key_end + value.size;
  if (format_.value.ends_with('\n')) {
    if (at == text.size()) return Fit::partial;
    if (text[at] == '\n') ++at;
  }
  const std::string key(trimmed(std::string_view(text).substr(open.size, key_end - open.size)));
  if (key.empty() || !keys_.insert(key).second) return Fit::no;
  if (keys_.size() > 1) json += ", ";
  append_json_text(key, json);
  json += ": ";
  types_ = tools_.types(name_, key);
  text_only_ = types_ == text_value;
  if (text_only_) json += '"';
  quoted_.reset();
  if (format_.quote.empty() || !text_only_) quoted_ = false;
  inside_ = true;
  text.erase(0, at);
  return Fit::yes;
}

// A tag ends the argument only where another argument or the end of the call follows: a text may hold the tag itself.
Found ParameterReader::find_end(std::string_view text, std::size_t& value_size) {
  const std::string_view tag = trimmed(format_.next);
  const bool line_feed = format_.next.starts_with('\n');
  for (std::size_t at = text.find(tag, searched_); at != std::string_view::npos; at = text.find(tag, searched_)) {
    value_size = line_feed && at > 0 && text[at - 1] == '\n' ? at - 1 : at;
    const std::string_view rest = text.substr(at + tag.size());
    const Fit key = match(rest, format_.key).fit;
    const Fit end = match(rest, format_.end).fit;
    if (key == Fit::yes || end == Fit::yes) return {Fit::yes, at + tag.size()};
    if (key == Fit::partial || end == Fit::partial) return {Fit::partial, 0};
    searched_ = at + 1;  // of the argument
  }
  value_size = text.size() - partial_end(text, tag);
  searched_ = std::max(searched_, value_size);
  if (line_feed && value_size > 0 && text[value_size - 1] == '\n') --value_size;
  return {};
}

Fit ParameterReader::read_argument(std::string& text, std::string& json) {
  std::size_t size = 0;
  const Found end = find_end(text, size);
  if (!quoted_) {
    if (end.fit != Fit::yes && text.size() < format_.quote.size()) return Fit::partial;
    quoted_ = text.starts_with(format_.quote);
  }
  std::string_view value = std::string_view(text).substr(0, size);
  if (text_only_ && (!*quoted_ || end.fit == Fit::yes)) {
    if (*quoted_) value.remove_prefix(format_.quote.size());
    if (*quoted_ && value.ends_with(format_.quote_end)) value.remove_suffix(format_.quote_end.size());
    for (const char c : value) append_escaped(c, json);
  } else if (end.fit == Fit::yes) {
    json += argument_to_json(value, types_);
  } else {
    return text.size() > Limits::argument_bytes ? Fit::no : Fit::partial;
  }
  if (end.fit != Fit::yes) {
    text.erase(0, size);
    searched_ -= std::min(searched_, size);
    return Fit::partial;
  }
  if (text_only_) json += '"';
  inside_ = false;
  searched_ = 0;
  text.erase(0, end.size);
  return Fit::yes;
}

}  // namespace gerbil::calls
