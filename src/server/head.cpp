#include "server/head.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "server/ascii.hpp"

namespace gerbil::server {
namespace {

std::string_view trimmed(std::string_view value) {
  const std::size_t begin = std::min(value.find_first_not_of(" \t"), value.size());
  return value.substr(begin, value.find_last_not_of(" \t") + 1 - begin);
}

bool is_number(std::string_view value) { return !value.empty() && std::ranges::all_of(value, is_digit); }

struct Counts {
  int host = 0;
  int length = 0;
  int encoding = 0;
};

std::string field_problem(std::string_view line, Counts& counts) {
  if (line.starts_with(' ') || line.starts_with('\t'))
    return "A header goes on in the next line; folded headers are not accepted.";
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, std::min(colon, line.size()));
  if (colon == std::string_view::npos || name.empty() || !std::ranges::all_of(name, is_token_character))
    return "A header is not a name, a colon and a value.";
  const std::string known = lower(name);
  counts.host += known == "host" ? 1 : 0;
  counts.length += known == "content-length" ? 1 : 0;
  counts.encoding += known == "transfer-encoding" ? 1 : 0;
  if (known == "content-length" && !is_number(trimmed(line.substr(colon + 1))))
    return "Content-Length is not one number, in digits.";
  return {};
}

}  // namespace

std::string head_problem(std::string_view head) {
  Counts counts;
  bool first = true;
  bool http_1_1 = false;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return "The head of the request does not end with an empty line.";
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.empty()) break;
    if (std::ranges::any_of(line, is_control)) return "The head of the request holds control characters.";
    if (std::exchange(first, false)) {
      http_1_1 = line.ends_with(" HTTP/1.1");
    } else if (std::string problem = field_problem(line, counts); !problem.empty()) {
      return problem;
    }
  }
  if (counts.host > 1 || (http_1_1 && counts.host == 0))
    return std::format("The request has {} Host headers, but should have one.", counts.host);
  if (counts.length + counts.encoding > 1)
    return "The length of the body is said more than once, by Content-Length or Transfer-Encoding.";
  return {};
}

}  // namespace gerbil::server
