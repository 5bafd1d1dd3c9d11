// Normal forms as the reference computes them. Its tables are those of the crate unicode-normalization-alignments
// 0.1.12, from before Unicode 11: characters that have been added since neither decompose, nor compose, nor reorder,
// and models were trained on text in which they did not.
#include <algorithm>
#include <array>

#include "tokenizer/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::tokenizer {
namespace {

struct Range {
  char32_t first, last;
};

// Found by comparing the reference with Unicode 17 for every code point: what decomposes or has a combining class in
// the latter alone, and the first characters of newer compositions.
constexpr auto unknown_to_reference = std::to_array<Range>({
    {0x07FD, 0x07FD},   {0x0897, 0x089F},   {0x08CA, 0x08D3},   {0x09FE, 0x09FE},   {0x0C3C, 0x0C3C},
    {0x0D3B, 0x0D3C},   {0x0EBA, 0x0EBA},   {0x1715, 0x1715},   {0x1ABF, 0x1ADD},   {0x1AE0, 0x1AEB},
    {0x1DF6, 0x1DFA},   {0x32FF, 0x32FF},   {0xA7F1, 0xA7F4},   {0xA82C, 0xA82C},   {0xAB69, 0xAB69},
    {0x105C9, 0x105C9}, {0x105D2, 0x105D2}, {0x105DA, 0x105DA}, {0x105E4, 0x105E4}, {0x10781, 0x10785},
    {0x10787, 0x107B0}, {0x107B2, 0x107BA}, {0x10D24, 0x10D27}, {0x10D69, 0x10D6D}, {0x10EAB, 0x10EAC},
    {0x10EFA, 0x10EFB}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070},
    {0x1133B, 0x1133B}, {0x11382, 0x11385}, {0x1138B, 0x1138B}, {0x1138E, 0x1138E}, {0x11390, 0x11391},
    {0x113C2, 0x113C2}, {0x113C5, 0x113C5}, {0x113C7, 0x113C8}, {0x113CE, 0x113D0}, {0x1145E, 0x1145E},
    {0x11839, 0x1183A}, {0x11935, 0x11935}, {0x11938, 0x11938}, {0x1193D, 0x1193E}, {0x11943, 0x11943},
    {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42},
    {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42}, {0x1611E, 0x1611E}, {0x16121, 0x16129},
    {0x1612F, 0x1612F}, {0x16D63, 0x16D63}, {0x16D67, 0x16D6A}, {0x16FF0, 0x16FF1}, {0x1CCD6, 0x1CCF9},
    {0x1E030, 0x1E06D}, {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF},
    {0x1E4EC, 0x1E4EF}, {0x1E5EE, 0x1E5EF}, {0x1E6E3, 0x1E6E3}, {0x1E6E6, 0x1E6E6}, {0x1E6EE, 0x1E6EF},
    {0x1E6F5, 0x1E6F5}, {0x1F16C, 0x1F16C}, {0x1FBF0, 0x1FBF9},
});

bool is_inert(char32_t c) {
  const auto place = std::ranges::lower_bound(unknown_to_reference, c, {}, &Range::last);
  return place != unknown_to_reference.end() && c >= place->first;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

std::string normalize(std::string_view text, NormalForm form) {
  // ASCII is already normal and never combines with what stands before it, so only runs that begin with the ASCII
  // character before a non-ASCII one need the tables. An inert character ends a run too.
  std::string result;
  result.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto other =
        static_cast<std::size_t>(std::find_if_not(text.begin() + at, text.end(), is_ascii) - text.begin());
    std::size_t start = other == text.size() ? other : std::max(at, other - std::min<std::size_t>(other, 1));
    result.append(text, at, start - at);
    std::size_t end = other;
    while (end < text.size() && !is_ascii(text[end])) {
      const Utf8Unit unit = utf8_unit(text, end);
      if (is_inert(unit.code_point)) {
        if (start < end) append_normalized(result, text.substr(start, end - start), form);
        result.append(text, end, unit.size);
        start = end + unit.size;
      }
      end += unit.size;
    }
    if (start < end) append_normalized(result, text.substr(start, end - start), form);
    at = end;
  }
  return result;
}

}  // namespace gerbil::tokenizer
