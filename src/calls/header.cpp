#include "calls/header.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "calls/literal_reader.hpp"

namespace gerbil::calls {
namespace {

constexpr Header partial{.fit = Fit::partial};

std::size_t after_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(white_space, at), text.size());
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= Limits::name_bytes &&
         text.find_first_of(" \t\r\n{}[]()<>\"'`,;=|") == std::string_view::npos;
}

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
  return std::ranges::find(keys, key) != keys.end();
}

// A member: its key and where its value begins.
struct Member {
  Fit fit = Fit::no;
  std::size_t value = 0;
  std::string key;
};

Member read_member(std::string_view text, std::size_t at) {
  const Value key = read_value(text.substr(at));
  if (key.fit != Fit::yes) return {key.fit, 0, {}};
  const Json name = Json::parse(key.json, nullptr, false);
  const Found colon = match(text.substr(at + key.size), ":");
  if (!name.is_string() || colon.fit != Fit::yes) return {name.is_string() ? colon.fit : Fit::no, 0, {}};
  return {Fit::yes, at + key.size + colon.size, name.get<std::string>()};
}

Header object_header(std::string_view text, const ToolCallFormat& format) {
  std::size_t at = after_space(text, 0);
  if (at == text.size()) return partial;
  if (text[at++] != '{') return {};
  Header header{.fit = Fit::yes};
  while (true) {
    const Member member = read_member(text, at);
    if (member.fit != Fit::yes) return {.fit = member.fit};
    const bool arguments = is_one_of(member.key, {format.arguments_key, "arguments", "parameters"});
    if (arguments && !header.name.empty()) {
      header.size = member.value;
      return header;
    }
    const Value value = read_value(text.substr(member.value));
    if (value.fit != Fit::yes) return {.fit = value.fit};
    at = member.value + value.size;
    const Json json = Json::parse(value.json, nullptr, false);
    if (arguments) {
      header.arguments = arguments_of(value.json);
      if (header.arguments.empty()) return {};
    } else if (member.key == format.name_key || member.key == "name") {
      if (!json.is_string() || !is_name(json.get_ref<const std::string&>())) return {};
      header.name = json.get<std::string>();
    } else if (member.key == "id" && json.is_string()) {
      header.id = json.get<std::string>();
    }
    at = after_space(text, at);
    if (at == text.size()) return partial;
    if (text[at] == '}') {
      header.size = at + 1;
      header.closed = true;
      return header.name.empty() ? Header{} : header;
    }
    if (text[at++] != ',') return {};
  }
}

// The first character of what may follow a name.
std::string ends_of_name(const ToolCallFormat& format) {
  std::string ends(white_space);
  for (const std::string_view literal : {format.id, format.arguments, format.key, format.end})
    if (const std::string_view core = trimmed(literal); !core.empty()) ends += core.front();
  if (format.shape == Shape::braces) ends += '{';
  if (format.shape == Shape::pythonic) ends += '(';
  return ends;
}

Header named_header(std::string_view text, const ToolCallFormat& format) {
  std::size_t at = after_space(text, 0);
  const std::size_t end = text.find_first_of(ends_of_name(format), at);
  if (end == std::string_view::npos) return text.size() - at > Limits::name_bytes ? Header{} : partial;
  Header header{.fit = Fit::yes, .name = std::string(text.substr(at, end - at))};
  if (!is_name(header.name)) return {};
  at = end;
  if (const Found id = match(text.substr(at), format.id); !format.id.empty() && id.fit == Fit::yes) {
    at = after_space(text, at + id.size);
    const std::size_t id_end = text.find(format.arguments.front(), at);
    if (id_end == std::string_view::npos) return text.size() - at > Limits::name_bytes ? Header{} : partial;
    header.id = trimmed(text.substr(at, id_end - at));
    at = id_end;
  } else if (!format.id.empty() && id.fit == Fit::partial) {
    return partial;
  }
  const Found arguments = match(text.substr(at), format.arguments);
  if (arguments.fit != Fit::yes) return {.fit = arguments.fit};
  at += arguments.size;
  header.size = at;
  if (format.shape == Shape::parameters) return header;
  // What is no object of arguments is no call.
  at = after_space(text, at);
  if (at == text.size()) return partial;
  return text[at] == (format.shape == Shape::pythonic ? '(' : '{') ? header : Header{};
}

}  // namespace

Header read_header(std::string_view text, const ToolCallFormat& format, const Tools& tools) {
  Header header = format.shape == Shape::object ? object_header(text, format) : named_header(text, format);
  if (header.fit == Fit::partial && text.size() > Limits::header_bytes) return {};
  if (header.fit == Fit::yes && format.bare() && !tools.has(header.name)) return {};
  return header;
}

Value read_value(std::string_view text) {
  LiteralReader reader;
  Value value;
  value.size = reader.push(text, value.json);
  switch (reader.state()) {
    case LiteralReader::State::open:
      return {.fit = Fit::partial};
    case LiteralReader::State::broken:
      return {};
    case LiteralReader::State::done:
      value.fit = Fit::yes;
  }
  return value;
}

Found read_object_end(std::string_view text) {
  std::size_t at = after_space(text, 0);
  while (at < text.size() && text[at] == ',') {
    const Member member = read_member(text, at + 1);
    if (member.fit != Fit::yes) return {member.fit, 0};
    const Value value = read_value(text.substr(member.value));
    if (value.fit != Fit::yes) return {value.fit, 0};
    at = after_space(text, member.value + value.size);
  }
  if (at == text.size()) return {Fit::partial, 0};
  return text[at] == '}' ? Found{Fit::yes, at + 1} : Found{};
}

std::string arguments_of(const std::string& json) {
  const Json value = Json::parse(json, nullptr, false);
  if (value.is_null()) return "{}";
  if (value.is_object()) return json;
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  const std::string inner = trimmed(text).empty() ? "{}" : literal_to_json(text);
  return inner.starts_with('{') ? inner : std::string();
}

}  // namespace gerbil::calls
