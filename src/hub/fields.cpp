#include "hub/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gerbil::hub {
namespace {

constexpr std::size_t longest_etag = 256;
constexpr std::size_t longest_shown = 200;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  text.remove_suffix(text.size() - (text.find_last_not_of(space) + 1));
  text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

constexpr std::array<std::pair<std::string_view, std::string Fields::*>, 8> known{{
    {"location", &Fields::location},
    {"etag", &Fields::etag},
    {"content-range", &Fields::content_range},
    {"content-encoding", &Fields::content_encoding},
    {"link", &Fields::link},
    {"x-repo-commit", &Fields::commit},
    {"x-error-code", &Fields::error_code},
    {"x-error-message", &Fields::error_message},
}};

// Takes a number off the beginning; false when there is none that fits.
bool take_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void Fields::add(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    *this = {};
    const std::string_view rest = trimmed(line.substr(std::min(line.find(' '), line.size())));
    std::from_chars(rest.data(), rest.data() + rest.size(), status);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  for (const auto& [name, member] : known)
    if (same_name(line.substr(0, colon), name)) this->*member = trimmed(line.substr(colon + 1));
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  ContentRange range;
  if (text.size() < 6 || !same_name(text.substr(0, 5), "bytes")) return std::nullopt;
  text = trimmed(text.substr(5));
  if (!take_number(text, range.first) || !take(text, '-') || !take_number(text, range.last) || !take(text, '/'))
    return std::nullopt;
  if (text != "*" && (!take_number(text, range.size) || !text.empty())) return std::nullopt;
  const bool inside = range.first <= range.last && (range.size < 0 || range.last < range.size);
  return inside ? std::optional(range) : std::nullopt;
}

std::string next_page(std::string_view link) {
  while (!link.empty()) {
    const std::size_t begin = link.find('<');
    const std::size_t end = link.find('>', std::min(begin, link.size()));
    if (end == std::string_view::npos) return {};
    const std::string_view address = link.substr(begin + 1, end - begin - 1);
    link.remove_prefix(end + 1);
    std::string_view parameters = link.substr(0, link.find('<'));
    link.remove_prefix(parameters.size());
    while (!parameters.empty()) {
      const std::size_t stop = std::min(parameters.find_first_of(";,"), parameters.size());
      const std::string_view parameter = trimmed(parameters.substr(0, stop));
      parameters.remove_prefix(std::min(stop + 1, parameters.size()));
      if (same_name(parameter, "rel=\"next\"") || same_name(parameter, "rel=next")) return std::string(address);
    }
  }
  return {};
}

bool is_strong_etag(std::string_view etag) {
  return etag.size() > 2 && etag.size() <= longest_etag && etag.front() == '"' && etag.back() == '"' &&
         std::ranges::all_of(etag.substr(1, etag.size() - 2),
                             [](unsigned char c) { return c > ' ' && c < 0x7f && c != '"'; });
}

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, longest_shown)) result += c >= ' ' && c < 0x7f ? c : ' ';
  return text.size() > longest_shown ? result + "..." : result;
}

}  // namespace gerbil::hub
