// Filters for pages. Chat templates hardly use them, but they are part of the language.
#include <algorithm>
#include <format>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/html_unescape.hpp"
#include "template/print.hpp"
#include "template/text.hpp"

namespace gerbil::jinja::filters {
namespace {

bool is_markup(Value value) { return value.is_text() && value.text().markup; }

// Bytes that an address may hold are kept, others become %XX.
std::string quote(std::string_view text, std::string_view safe, bool plus) {
  std::string result;
  for (const char c : text) {
    const bool plain =
        (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || std::string_view("_.-~").contains(c);
    if (plain || safe.contains(c)) {
      result += c;
    } else if (c == ' ' && plus) {
      result += '+';
    } else {
      result += std::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return result;
}

std::string quote_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string result;
  for (const auto& [key, value] : pairs) {
    if (!result.empty()) result += '&';
    result += quote(key, "", true) + "=" + quote(value, "", true);
  }
  return result;
}

}  // namespace

Value escape(Context& context, const Arguments& arguments) {
  const Value value = only_subject("escape", arguments);
  return is_markup(value) ? value : context.heap.text(escape_html(str(value)), true);
}

Value forceescape(Context& context, const Arguments& arguments) {
  return context.heap.text(escape_html(str(only_subject("forceescape", arguments))), true);
}

Value safe(Context& context, const Arguments& arguments) {
  return context.heap.text(str(only_subject("safe", arguments)), true);
}

Value striptags(Context& context, const Arguments& arguments) {
  std::string text = str(only_subject("striptags", arguments));
  // Comments first: they may hold tags.
  for (std::string_view open : {"<!--", "<"}) {
    const std::string_view close = open == "<" ? ">" : "-->";
    std::string kept;
    std::size_t at = 0;
    for (;;) {
      const std::size_t begin = text.find(open, at);
      const std::size_t end = begin == std::string::npos ? begin : text.find(close, begin);
      if (end == std::string::npos) break;
      kept += text.substr(at, begin - at);
      at = end + close.size();
    }
    text = kept.append(text, at);
  }
  std::string result;
  for (const std::string_view word : split(text, std::nullopt)) {
    if (!result.empty()) result += ' ';
    result += word;
  }
  return context.heap.text(unescape_html(result));
}

Value urlencode(Context& context, const Arguments& arguments) {
  const Value value = only_subject("urlencode", arguments);
  if (!value.is(Kind::dict) && !value.is_sequence() && !value.is(Kind::generator))
    return context.heap.text(quote(str(value), "/", false));
  std::vector<std::pair<std::string, std::string>> pairs;
  if (value.is(Kind::dict)) {
    for (const auto& [key, item] : value.dict().items) pairs.emplace_back(str(key), str(item));
  } else {
    for (const Value pair : items_of(context, value)) {
      const Values both = items_of(context, pair);
      if (both.size() != 2) fail("urlencode takes pairs, but one has " + std::to_string(both.size()) + " items");
      pairs.emplace_back(str(both[0]), str(both[1]));
    }
  }
  return context.heap.text(quote_pairs(pairs));
}

Value xmlattr(Context& context, const Arguments& arguments) {
  const auto [value, space] = bind("xmlattr", arguments, {"d", "autospace"}, 1);
  if (!value.is(Kind::dict)) fail("'" + std::string(type_name(value)) + "' object has no attribute 'items'");
  std::string result;
  for (const auto& [key, item] : value.dict().items) {
    if (item.is(Kind::none) || item.is(Kind::undefined)) continue;
    const std::string name = str(key);
    if (name.find_first_of(" \t\n\f\r/>=") != std::string::npos)
      fail("Invalid character in attribute name: '" + name + "'");
    if (!result.empty()) result += ' ';
    result += escape_html(name) + "=\"" + (is_markup(item) ? str(item) : escape_html(str(item))) + "\"";
  }
  if (!result.empty() && (!space.given() || truth(space))) result.insert(0, " ");
  return context.heap.text(std::move(result), context.autoescape);
}

}  // namespace gerbil::jinja::filters
