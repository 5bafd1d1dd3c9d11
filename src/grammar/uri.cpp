#include "grammar/uri.hpp"

#include <algorithm>
#include <optional>

namespace gerbil::grammar {
namespace {

struct Uri {
  std::string scheme;                    // with its ':'
  std::optional<std::string> authority;  // with its "//"
  std::string path;
  std::optional<std::string> query;  // with its '?'
};

Uri parse(std::string_view text) {
  Uri made;
  text = text.substr(0, text.find('#'));
  const std::size_t colon = text.find(':');
  if (colon != text.npos && colon > 0 && colon < text.find_first_of("/?")) {
    made.scheme = text.substr(0, colon + 1);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    const std::size_t end = std::min(text.size(), text.find_first_of("/?", 2));
    made.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (const std::size_t mark = text.find('?'); mark != text.npos) {
    made.query = text.substr(mark);
    text = text.substr(0, mark);
  }
  made.path = text;
  return made;
}

// 5.2.4
std::string without_dots(std::string_view path) {
  std::string made;
  while (!path.empty()) {
    const std::size_t end = std::min(path.size(), path.find('/', 1));
    const std::string_view segment = path.substr(0, end);
    const bool last = end == path.size();
    path.remove_prefix(end);
    if (segment == "/." || segment == "." || segment == "/.." || segment == "..") {
      if (segment.ends_with("..")) made.resize(std::min(made.size(), made.rfind('/')));
      if (last) made += '/';
    } else {
      made += segment;
    }
  }
  return made;
}

}  // namespace

std::string resolved_uri(std::string_view base, std::string_view reference) {
  const Uri from = parse(base);
  Uri made = parse(reference);
  if (made.scheme.empty()) {
    made.scheme = from.scheme;
    if (!made.authority) {
      made.authority = from.authority;
      if (made.path.empty()) {
        made.path = from.path;
        if (!made.query) made.query = from.query;
      } else if (!made.path.starts_with('/')) {
        const std::size_t slash = from.path.rfind('/');
        made.path.insert(0, slash == from.path.npos ? (from.authority ? "/" : "") : from.path.substr(0, slash + 1));
      }
    }
  }
  if (made.path.starts_with('/')) made.path = without_dots(made.path);
  return made.scheme + made.authority.value_or("") + made.path + made.query.value_or("");
}

std::string uri_fragment(std::string_view reference) {
  const std::size_t begin = reference.find('#');
  if (begin == reference.npos) return "";
  const std::string_view text = reference.substr(begin + 1);
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); };
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) && hexadecimal(text[i + 2])) {
      made += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      made += text[i];
    }
  }
  return made;
}

}  // namespace gerbil::grammar
