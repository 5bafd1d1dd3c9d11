// Filters for pages. Chat templates hardly use them, but they are part of the language.
#include <algorithm>
#include <array>
#include <charconv>
#include <format>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/print.hpp"
#include "template/text.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

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

// The character of "&amp;" or "&#39;"; what is not known stays as it is.
std::string unescape_html(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names = {
      {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", "\u00A0"}}};
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '&' ? text.substr(0, at + 32).find(';', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      result += text[at++];
      continue;
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    const auto known = std::ranges::find(names, name, [](const auto& n) { return n.first; });
    unsigned code = 0;
    if (known != names.end()) {
      result += known->second;
    } else if (name.size() > 1 && name[0] == '#') {
      const bool hexadecimal = (name[1] | 0x20) == 'x';
      const char* begin = name.data() + (hexadecimal ? 2 : 1);
      const auto parsed = std::from_chars(begin, name.data() + name.size(), code, hexadecimal ? 16 : 10);
      const bool valid = parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size() && code <= 0x10FFFF;
      tokenizer::append_utf8(result, valid && code != 0 && (code < 0xD800 || code > 0xDFFF) ? code : U'\uFFFD');
    } else {
      result += text.substr(at, end + 1 - at);
    }
    at = end + 1;
  }
  return result;
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() && !domain.contains("..");
}

// An address with a scheme, one that begins with www., or a name in one of the oldest top-level domains.
bool is_address(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) return text.size() > scheme.size();
  }
  if (text.starts_with("www.")) return text.size() > 4;
  const std::string_view host = text.substr(0, text.find_first_of("/?#:"));
  if (host.contains('@')) return false;
  constexpr std::string_view domains[] = {".com", ".net", ".int", ".edu", ".gov", ".org", ".info", ".mil"};
  return std::ranges::any_of(domains, [&](std::string_view d) { return host.size() > d.size() && host.ends_with(d); });
}

struct LinkStyle {
  std::int64_t longest = -1;
  std::string attributes;
};

std::string link(std::string_view word, const LinkStyle& style) {
  const auto anchor = [&](std::string_view address, std::string_view shown) {
    std::string text(shown);
    if (style.longest >= 0 && count_characters(text) > style.longest) {
      text = text.substr(0, byte_of(text, style.longest)) + "...";
    }
    return "<a href=\"" + std::string(address) + "\"" + style.attributes + ">" + text + "</a>";
  };
  if (is_address(word)) {
    const bool scheme = word.starts_with("http://") || word.starts_with("https://");
    return anchor(scheme ? std::string(word) : "https://" + std::string(word), word);
  }
  if (word.starts_with("mailto:") && is_email(word.substr(7))) {
    return "<a href=\"" + std::string(word) + "\">" + std::string(word.substr(7)) + "</a>";
  }
  if (!word.starts_with("www.") && !word.contains(':') && is_email(word)) {
    return "<a href=\"mailto:" + std::string(word) + "\">" + std::string(word) + "</a>";
  }
  return std::string(word);
}

std::string link_word(std::string_view word, const LinkStyle& style) {
  std::size_t head = 0;
  while (head < word.size()) {
    if (word[head] == '(') {
      ++head;
    } else if (word.substr(head).starts_with("&lt;")) {
      head += 4;
    } else {
      break;
    }
  }
  std::size_t tail = word.size();
  while (tail > head) {
    if (std::string_view(").,").contains(word[tail - 1])) {
      --tail;
    } else if (word.substr(head, tail - head).ends_with("&gt;")) {
      tail -= 4;
    } else {
      break;
    }
  }
  // A bracket that was opened inside of the address belongs to it.
  const auto balance = [&](std::string_view open, std::string_view close) {
    while (word.substr(tail).starts_with(close) &&
           count(word.substr(head, tail - head), open) > count(word.substr(head, tail - head), close)) {
      tail += close.size();
    }
  };
  balance("(", ")");
  balance("&lt;", "&gt;");
  return std::string(word.substr(0, head)) + link(word.substr(head, tail - head), style) +
         std::string(word.substr(tail));
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
  if (value.is_text() || !(value.is(Kind::dict) || value.is_sequence()))
    return context.heap.text(quote(str(value), "/", false));
  std::vector<std::pair<std::string, std::string>> pairs;
  if (value.is(Kind::dict)) {
    for (const auto& [key, item] : value.dict().items) pairs.emplace_back(str(key), str(item));
  } else {
    for (const Value pair : items_of(context.heap, value)) {
      const Values both = items_of(context.heap, pair);
      if (both.size() != 2) fail("urlencode takes pairs, but one has " + std::to_string(both.size()) + " items");
      pairs.emplace_back(str(both[0]), str(both[1]));
    }
  }
  return context.heap.text(quote_pairs(pairs));
}

Value urlize(Context& context, const Arguments& arguments) {
  const auto [value, longest, nofollow, target, rel] =
      bind("urlize", arguments, {"value", "trim_url_limit", "nofollow", "target", "rel"}, 1);
  std::vector<std::string> relations = {"noopener"};
  if (truth(nofollow)) relations.emplace_back("nofollow");
  if (rel.given() && !rel.is(Kind::none)) {
    for (const std::string_view each : split(to_text(rel, "rel"), std::nullopt)) relations.emplace_back(each);
  }
  std::ranges::sort(relations);
  relations.erase(std::ranges::unique(relations).begin(), relations.end());
  LinkStyle style{.longest = to_index_or(longest, -1), .attributes = " rel=\""};
  for (std::size_t i = 0; i < relations.size(); ++i) style.attributes += (i > 0 ? " " : "") + escape_html(relations[i]);
  style.attributes += '"';
  if (target.given() && !target.is(Kind::none)) style.attributes += " target=\"" + escape_html(str(target)) + "\"";

  const std::string text = is_markup(value) ? str(value) : escape_html(str(value));
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_space(tokenizer::utf8_unit(text, end).code_point))
      end += tokenizer::utf8_unit(text, end).size;
    result += link_word(std::string_view(text).substr(at, end - at), style);
    at = end;
    for (; end < text.size() && is_space(tokenizer::utf8_unit(text, end).code_point); at = end) {
      const std::size_t size = tokenizer::utf8_unit(text, end).size;
      result += text.substr(end, size);
      end += size;
    }
  }
  return context.heap.text(std::move(result), context.autoescape);
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
