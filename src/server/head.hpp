// What the head of a request may look like. Stricter than parsers are: what two of them could read in two ways is how
// requests are smuggled past proxies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gerbil::server {

// What is wrong with the head, its empty line included; empty: nothing. Refused are folded headers, bare CR or LF and
// other control characters, white space before a colon, names that are no tokens, HTTP/1.1 without exactly one Host,
// lengths that are said twice, and such as are no number.
std::string head_problem(std::string_view head);

}  // namespace gerbil::server
