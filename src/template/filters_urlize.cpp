// urlize: addresses in a text become links. Reference: urlize() of jinja2.utils, whose regular expressions are spelled
// out here.
#include <algorithm>
#include <array>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/print.hpp"
#include "template/text.hpp"
#include "template/unicode.hpp"
#include "template/wrap.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja::filters {
namespace {

bool is_label(char32_t c) { return is_word(c) || c == '%' || c == '-'; }
bool is_plain_letter(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_hexadecimal(char32_t c) { return is_decimal(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

struct Run {
  std::size_t characters = 0;
  std::size_t end = 0;
};

// The longest stretch of such characters from `at`, of at most `most`.
Run run_of(std::string_view text, std::size_t at, bool (*is_one)(char32_t), std::size_t most = std::string_view::npos) {
  Run run{0, at};
  while (run.characters < most && run.end < text.size()) {
    const auto unit = tokenizer::utf8_unit(text, run.end);
    if (!is_one(unit.code_point)) break;
    run.end += unit.size;
    ++run.characters;
  }
  return run;
}

bool has_at(std::string_view text, std::size_t at, std::string_view lowercase) {
  if (at > text.size() || text.size() - at < lowercase.size()) return false;
  return std::ranges::equal(text.substr(at, lowercase.size()), lowercase, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

// An address may end here, or go on with a path.
bool at_path(std::string_view text, std::size_t at) {
  return at == text.size() || std::string_view("/?#").contains(text[at]);
}

// The same with a port before it.
bool at_end_of_host(std::string_view text, std::size_t at) {
  if (at_path(text, at)) return true;
  if (text[at] != ':') return false;
  const Run port = run_of(text, at + 1, is_decimal, 5);
  return port.characters > 0 && at_path(text, port.end);
}

std::size_t scheme_size(std::string_view text) {
  return has_at(text, 0, "http://") ? 7 : has_at(text, 0, "https://") ? 8 : 0;
}

bool is_top_level_domain(std::string_view text, std::size_t at) {
  const Run letters = run_of(text, at, is_plain_letter);
  if (letters.characters >= 2 && letters.characters <= 63 && at_end_of_host(text, letters.end)) return true;
  if (!has_at(text, at, "xn--")) return false;
  const Run coded = run_of(text, at + 4, [](char32_t c) { return is_word(c) || c == '%'; });
  return coded.characters >= 2 && coded.characters <= 59 && at_end_of_host(text, coded.end);
}

// What begins with a scheme or www.: labels with dots behind them, and a top-level domain.
bool is_marked_host(std::string_view text) {
  const std::size_t scheme = scheme_size(text);
  std::size_t at = scheme > 0 ? scheme : has_at(text, 0, "www.") ? 4 : 0;
  if (at == 0) return false;
  for (;;) {
    if (is_top_level_domain(text, at)) return true;
    const Run label = run_of(text, at, is_label);
    if (label.characters == 0 || label.end == text.size() || text[label.end] != '.') return false;
    at = label.end + 1;
  }
}

// What begins with neither: its top-level domain is one of the oldest.
bool is_bare_host(std::string_view text) {
  constexpr std::array<std::string_view, 8> domains{"com", "net", "int", "edu", "gov", "org", "info", "mil"};
  std::size_t at = 0;
  for (;;) {
    const Run label = run_of(text, at, is_label);
    if (label.characters < 2 || label.characters > 63 || label.end == text.size() || text[label.end] != '.')
      return false;
    at = label.end + 1;
    const auto fits = [&](std::string_view d) { return has_at(text, at, d) && at_end_of_host(text, at + d.size()); };
    if (std::ranges::any_of(domains, fits)) return true;
  }
}

bool is_ipv4(std::string_view text, std::size_t at) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (!text.substr(at).starts_with('.')) return false;
      ++at;
    }
    const Run digits = run_of(text, at, is_decimal, 3);
    if (digits.characters == 0) return false;
    at = digits.end;
  }
  return at_end_of_host(text, at);
}

bool is_ipv6(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with('[')) return false;
  ++at;
  // Two parts with a colon behind them, then up to six where it may be missing.
  for (int part = 0; part < 8; ++part) {
    at = run_of(text, at, is_hexadecimal, 4).end;
    const bool colon = text.substr(at).starts_with(':');
    if (part < 2 && !colon) return false;
    at += colon ? 1 : 0;
  }
  return text.substr(at).starts_with(']') && at_end_of_host(text, at + 1);
}

bool is_address(std::string_view text) {
  const std::size_t scheme = scheme_size(text);
  return is_marked_host(text) || is_bare_host(text) || (scheme > 0 && (is_ipv4(text, scheme) || is_ipv6(text, scheme)));
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == domain.size()) return false;
  return run_of(domain, 0, is_word, 1).characters == 1 && run_of(domain, dot + 1, is_word).end == domain.size() &&
         run_of(domain, 0, [](char32_t c) { return is_word(c) || c == '.' || c == '-'; }).end == domain.size();
}

struct LinkStyle {
  std::int64_t longest = -1;
  std::string attributes;
};

std::string anchor(std::string_view address, std::string_view shown, const LinkStyle& style) {
  std::string text(shown);
  if (style.longest >= 0 && count_characters(text) > style.longest) {
    text = text.substr(0, byte_of(text, style.longest)) + "...";
  }
  return "<a href=\"" + std::string(address) + "\"" + style.attributes + ">" + text + "</a>";
}

std::string link(std::string_view word, const LinkStyle& style) {
  std::string text(word);
  if (is_address(word)) {
    const bool scheme = word.starts_with("http://") || word.starts_with("https://");
    return anchor(scheme ? text : "https://" + text, word, style);
  }
  if (word.starts_with("mailto:") && is_email(word.substr(7))) {
    return "<a href=\"" + text + "\">" + text.substr(7) + "</a>";
  }
  if (!word.starts_with("www.") && !word.contains(':') && is_email(word)) {
    return "<a href=\"mailto:" + text + "\">" + text + "</a>";
  }
  return text;
}

// The bytes at the beginning, or at the end, that belong to the sentence and not to the address.
std::size_t size_of_head(std::string_view word) {
  std::size_t head = 0;
  for (;;) {
    const std::string_view rest = word.substr(head);
    const std::size_t size = rest.starts_with('(') || rest.starts_with('<') ? 1 : rest.starts_with("&lt;") ? 4 : 0;
    if (size == 0) return head;
    head += size;
  }
}

std::size_t size_of_tail(std::string_view word) {
  std::size_t tail = 0;
  for (;;) {
    const std::string_view rest = word.substr(0, word.size() - tail);
    const bool one = !rest.empty() && std::string_view(")>.,").contains(rest.back());
    const std::size_t size = one ? 1 : rest.ends_with("&gt;") ? 4 : 0;
    if (size == 0) return tail;
    tail += size;
  }
}

std::string link_word(std::string_view word, const LinkStyle& style) {
  const std::size_t head = size_of_head(word);
  std::size_t end = word.size() - size_of_tail(word.substr(head));
  // A bracket that was opened inside of the address belongs to it.
  const auto balance = [&](std::string_view open, std::string_view close) {
    const auto opened = count(word.substr(head, end - head), open);
    if (opened <= count(word.substr(head, end - head), close)) return;
    for (auto left = std::min(opened, count(word.substr(end), close)); left > 0; --left) {
      end = word.find(close, end) + close.size();
    }
  };
  balance("(", ")");
  balance("<", ">");
  balance("&lt;", "&gt;");
  return std::string(word.substr(0, head)) + link(word.substr(head, end - head), style) + std::string(word.substr(end));
}

}  // namespace

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

  const bool markup = value.is_text() && value.text().markup;
  const std::string text = markup ? str(value) : escape_html(str(value));
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

}  // namespace gerbil::jinja::filters
