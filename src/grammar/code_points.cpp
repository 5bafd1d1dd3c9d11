#include "grammar/code_points.hpp"

#include <algorithm>
#include <array>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::grammar {
namespace {

constexpr char32_t last_code_point = 0x10ffff;

using Encoded = std::array<std::uint8_t, 4>;

std::size_t encode(char32_t c, Encoded& bytes) {
  const auto tail = [c](int shift) { return static_cast<std::uint8_t>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) return bytes[0] = static_cast<std::uint8_t>(c), 1;
  if (c < 0x800) return bytes = {static_cast<std::uint8_t>(0xc0 | c >> 6), tail(0)}, 2;
  if (c < 0x10000) return bytes = {static_cast<std::uint8_t>(0xe0 | c >> 12), tail(6), tail(0)}, 3;
  return bytes = {static_cast<std::uint8_t>(0xf0 | c >> 18), tail(12), tail(6), tail(0)}, 4;
}

ByteSet byte_range(std::uint8_t first, std::uint8_t last) {
  ByteSet set;
  for (unsigned byte = first; byte <= last; ++byte) set.set(byte);
  return set;
}

// From `first` to `last`, both `size` bytes long and equal before byte `at`.
Expression between(Expressions& make, const Encoded& first, const Encoded& last, std::size_t size, std::size_t at) {
  if (at + 1 == size) return make.bytes(byte_range(first[at], last[at]));
  const auto with = [&](std::uint8_t low, std::uint8_t high, Expression rest) {
    return low > high ? nothing : make.concatenation(make.bytes(byte_range(low, high)), rest);
  };
  if (first[at] == last[at]) return with(first[at], last[at], between(make, first, last, size, at + 1));
  Encoded lowest;
  Encoded highest;
  lowest.fill(0x80);
  highest.fill(0xbf);
  std::vector<Expression> parts = {with(first[at], first[at], between(make, first, highest, size, at + 1)),
                                   with(last[at], last[at], between(make, lowest, last, size, at + 1))};
  Expression full = empty;
  for (std::size_t i = at + 1; i < size; ++i) full = make.concatenation(full, make.bytes(byte_range(0x80, 0xbf)));
  parts.push_back(with(static_cast<std::uint8_t>(first[at] + 1), static_cast<std::uint8_t>(last[at] - 1), full));
  return make.either(std::move(parts));
}

Expression utf8(Expressions& make, const std::vector<CodeRange>& ranges) {
  // Where the number of bytes changes, and the surrogates left out.
  constexpr std::array<CodeRange, 5> forms = {
      CodeRange{0, 0x7f}, {0x80, 0x7ff}, {0x800, 0xd7ff}, {0xe000, 0xffff}, {0x10000, last_code_point}};
  std::vector<Expression> parts;
  for (const CodeRange& range : ranges) {
    for (const CodeRange& form : forms) {
      const char32_t first = std::max(range.first, form.first);
      const char32_t last = std::min(range.last, form.last);
      if (first > last) continue;
      Encoded low{};
      Encoded high{};
      const std::size_t size = encode(first, low);
      encode(last, high);
      parts.push_back(between(make, low, high, size, 0));
    }
  }
  return make.either(std::move(parts));
}

Expression escape(Expressions& make, char32_t c) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  if (const auto at = escaped.find(static_cast<char>(c)); at != std::string_view::npos) {
    return make.literal(std::string{'\\', letters[at]});
  }
  std::vector<Expression> parts = {make.literal(std::format("\\u00{:x}", c >> 4))};
  ByteSet digit;
  digit.set(static_cast<std::uint8_t>(std::format("{:x}", c & 15)[0]));
  digit.set(static_cast<std::uint8_t>(std::format("{:X}", c & 15)[0]));
  parts.push_back(make.bytes(digit));
  return make.sequence(parts);
}

}  // namespace

CodeSet::CodeSet(std::initializer_list<CodeRange> ranges) {
  for (const CodeRange& range : ranges) add(range);
}

void CodeSet::add(CodeRange range) { add({&range, 1}); }

void CodeSet::add(const CodeSet& set) { add(std::span(set.ranges())); }

void CodeSet::add(std::span<const CodeRange> ranges) {
  std::vector<CodeRange> all;
  all.reserve(ranges_.size() + ranges.size());
  std::ranges::merge(ranges_, ranges, std::back_inserter(all), {}, &CodeRange::first, &CodeRange::first);
  ranges_.clear();
  for (const CodeRange& each : all) {
    if (ranges_.empty() || each.first > ranges_.back().last + 1) {
      ranges_.push_back(each);
    } else {
      ranges_.back().last = std::max(ranges_.back().last, each.last);
    }
  }
}

CodeSet CodeSet::complement() const {
  CodeSet made;
  char32_t next = 0;
  for (const CodeRange& range : ranges_) {
    if (range.first > next) made.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= last_code_point) made.ranges_.push_back({next, last_code_point});
  return made;
}

const CodeSet& all_code_points() {
  static const CodeSet all = {{0, last_code_point}};
  return all;
}

Expression spell(Expressions& expressions, const CodeSet& set, Spelling spelling) {
  if (spelling == Spelling::raw) return utf8(expressions, set.ranges());
  constexpr std::array<CodeRange, 3> unescaped = {CodeRange{0x20, 0x21}, {0x23, 0x5b}, {0x5d, last_code_point}};
  std::vector<CodeRange> kept;
  std::vector<Expression> parts;
  for (const CodeRange& range : set.ranges()) {
    for (const CodeRange& part : unescaped) {
      const CodeRange common{std::max(range.first, part.first), std::min(range.last, part.last)};
      if (common.first <= common.last) kept.push_back(common);
    }
    for (char32_t c = range.first; c <= std::min<char32_t>(range.last, '\\'); ++c) {
      if (c < 0x20 || c == '"' || c == '\\') parts.push_back(escape(expressions, c));
    }
  }
  parts.push_back(utf8(expressions, kept));
  return expressions.either(std::move(parts));
}

Expression spell(Expressions& expressions, std::string_view text, Spelling spelling) {
  std::vector<Expression> parts;
  for (const char32_t c : decode(text)) parts.push_back(spell(expressions, CodeSet{{c, c}}, spelling));
  return expressions.sequence(parts);
}

Expression any_text(Expressions& expressions, Spelling spelling) {
  return expressions.repetition(spell(expressions, all_code_points(), spelling), 0, unbounded);
}

std::u32string decode(std::string_view text) {
  std::u32string made;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0x7f >> size);
    for (std::size_t i = 1; i < size && at + i < text.size(); ++i) {
      c = c << 6 | (static_cast<std::uint8_t>(text[at + i]) & 0x3f);
    }
    // Written again, only a well-formed character is the same bytes.
    Encoded bytes{};
    const bool character = c <= last_code_point && (c < 0xd800 || c > 0xdfff) && encode(c, bytes) == size;
    const std::string_view again(reinterpret_cast<const char*>(bytes.data()), size);
    if (!character || text.substr(at, size) != again) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("The text of a grammar is not well-formed UTF-8 at byte {}.", at));
    }
    made.push_back(c);
    at += size;
  }
  return made;
}

}  // namespace gerbil::grammar
