#include "grammar/formats.hpp"

#include <array>
#include <utility>

namespace gerbil::grammar {
namespace {

#define DATE                                                                                            \
  "(?:(?:[1-9]\\d{3}|0[1-9]\\d{2}|00[1-9]\\d|000[1-9])-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|" \
  "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|"                                     \
  "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
#define TIME "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)"
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#define PLAIN_LABEL "[A-Za-z0-9](?:[A-Za-z0-9]{0,61}[A-Za-z0-9])?"
#define BYTE "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
#define IPV4 BYTE "(?:\\." BYTE "){3}"
#define GROUP "[0-9A-Fa-f]{1,4}"
#define PATH "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> patterns = {{
    {"date", DATE},
    {"time", TIME},
    {"date-time", DATE "T" TIME},
    {"uuid", "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"},
    {"email", "[A-Za-z0-9_+-]{1,20}(?:\\.[A-Za-z0-9_+-]{1,20}){0,2}@" PLAIN_LABEL "(?:\\." PLAIN_LABEL
              "){0,2}\\.[A-Za-z]{2,24}"},
    {"hostname", PLAIN_LABEL "(?:\\." LABEL "){0,2}"},
    {"ipv4", IPV4},
    {"ipv6",
     "(?:" GROUP ":){7}" GROUP "|(?:" GROUP ":){1,7}:|(?:" GROUP ":){1,6}:" GROUP "|(?:" GROUP ":){1,5}(?::" GROUP
     "){1,2}|(?:" GROUP ":){1,4}(?::" GROUP "){1,3}|(?:" GROUP ":){1,3}(?::" GROUP "){1,4}|(?:" GROUP
     ":){1,2}(?::" GROUP "){1,5}|" GROUP ":(?::" GROUP "){1,6}|:(?:(?::" GROUP "){1,7}|:)|::(?:ffff:)?" IPV4},
    {"uri", "[A-Za-z][A-Za-z0-9+.-]{0,20}:(?://" PLAIN_LABEL "(?:\\." PLAIN_LABEL ")*(?::\\d{1,4})?(?:/" PATH
            "*)*|" PATH "(?:" PATH "|/" PATH ")*)(?:\\?(?:" PATH "|[/?])*)?(?:#(?:" PATH "|[/?])*)?"},
}};

}  // namespace

std::optional<std::string_view> format_pattern(std::string_view name) {
  for (const auto& [format, pattern] : patterns) {
    if (format == name) return pattern;
  }
  return std::nullopt;
}

}  // namespace gerbil::grammar
