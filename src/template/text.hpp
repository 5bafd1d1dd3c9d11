// Python's str over UTF-8: what methods, filters and operators share. Positions count characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::jinja {

std::int64_t count_characters(std::string_view text);
// The byte at which character `index` begins; text.size() when there are fewer.
std::size_t byte_of(std::string_view text, std::int64_t index);

// Without the characters of `characters` (none given: white space) at the ends.
std::string_view lstrip(std::string_view text, std::optional<std::string_view> characters = {});
std::string_view rstrip(std::string_view text, std::optional<std::string_view> characters = {});
std::string_view strip(std::string_view text, std::optional<std::string_view> characters = {});

std::string upper(std::string_view text);
std::string lower(std::string_view text);
std::string casefold(std::string_view text);
std::string capitalize(std::string_view text);
std::string title(std::string_view text);
std::string swapcase(std::string_view text);

// At most `count` times; negative: all. An empty `from` stands between all characters.
std::string replace(std::string_view text, std::string_view from, std::string_view to, std::int64_t count = -1);

// str.split and str.rsplit; no separator: runs of white space. At most `count` cuts; negative: all.
std::vector<std::string_view> split(std::string_view text, std::optional<std::string_view> separator,
                                    std::int64_t count = -1);
std::vector<std::string_view> rsplit(std::string_view text, std::optional<std::string_view> separator,
                                     std::int64_t count = -1);
std::vector<std::string_view> splitlines(std::string_view text, bool keep_ends = false);

// Each character by itself.
std::vector<std::string_view> characters(std::string_view text);

// As text.find(part, from), in time that grows with the length of the text alone, whatever both hold.
std::size_t find(std::string_view text, std::string_view part, std::size_t from = 0);
// As text.rfind(part), in such time, too.
std::size_t rfind(std::string_view text, std::string_view part);

// How often `part` occurs without overlap.
std::int64_t count(std::string_view text, std::string_view part);

// `text` with `<`, `>`, `&`, `'` and `"` as HTML writes them (markupsafe.escape).
std::string escape_html(std::string_view text);

}  // namespace gerbil::jinja
