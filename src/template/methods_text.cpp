// Methods of str. Reference: the Python Library Reference, "String Methods".
#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "template/format.hpp"
#include "template/operators.hpp"
#include "template/text.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

using Texts = std::vector<std::string_view>;

// Text that came from `from`, which may have been Markup.
Value like(Context& context, Value from, std::string text) {
  context.heap.spend(static_cast<std::int64_t>(text.size() / 16));
  return context.heap.text(std::move(text), from.text().markup);
}

Value list_like(Context& context, Value from, const Texts& parts, Kind kind = Kind::list) {
  Values items;
  for (const std::string_view part : parts) items.push_back(like(context, from, std::string(part)));
  return kind == Kind::list ? context.heap.list(std::move(items)) : context.heap.tuple(std::move(items));
}

template <std::string (*map)(std::string_view)>
Value mapped(Context& context, const Arguments& arguments) {
  const Value text = only_subject("method", arguments);
  context.heap.spend(static_cast<std::int64_t>(text.bytes().size() / 4));
  return like(context, text, map(text.bytes()));
}

// The text of an argument; escaped where it becomes a part of Markup.
std::string escaped_like(Value from, Value value, std::string_view what) {
  const std::string_view text = to_text(value, what);
  return from.text().markup && !value.text().markup ? escape_html(text) : std::string(text);
}

std::optional<std::string_view> optional_text(Value value, std::string_view what) {
  if (!value.given() || value.is(Kind::none)) return std::nullopt;
  return to_text(value, what);
}

template <std::string_view (*cut)(std::string_view, std::optional<std::string_view>)>
Value stripped(Context& context, const Arguments& arguments) {
  const auto [text, set] = bind("strip", arguments, {"self", "chars"}, 1);
  return like(context, text, std::string(cut(text.bytes(), optional_text(set, "strip arg"))));
}

template <Texts (*cut)(std::string_view, std::optional<std::string_view>, std::int64_t)>
Value divided(Context& context, const Arguments& arguments) {
  const auto [text, separator, most] = bind("split", arguments, {"self", "sep", "maxsplit"}, 1);
  const auto by = optional_text(separator, "separator");
  if (by && by->empty()) fail("empty separator");
  return list_like(context, text, cut(text.bytes(), by, std::max<std::int64_t>(to_index_or(most, -1), -1)));
}

Value splitlines_method(Context& context, const Arguments& arguments) {
  const auto [text, keep] = bind("splitlines", arguments, {"self", "keepends"}, 1);
  return list_like(context, text, splitlines(text.bytes(), truth(keep)));
}

// The part of a text that start and stop name, and how many characters are before it.
struct Range {
  std::string_view text;
  std::int64_t before = 0;
  bool valid = true;
};

Range range_of(Value text, Value start, Value stop) {
  const std::int64_t size = length(text.text());
  const auto bound = [&](Value value, std::int64_t fallback) {
    const std::int64_t index = to_index_or(value, fallback);
    return index < 0 ? std::max<std::int64_t>(index + size, 0) : index;
  };
  const std::int64_t from = bound(start, 0);
  const std::int64_t to = std::min(bound(stop, size), size);
  if (from > to) return {.valid = false};
  const std::size_t begin = byte_of(text.bytes(), from);
  const std::size_t end = byte_of(text.bytes(), to);
  return {text.bytes().substr(begin, end - begin), from};
}

template <bool last>
std::int64_t position(Context& context, const Arguments& arguments) {
  const auto [text, part, start, stop] = bind("find", arguments, {"self", "sub", "start", "end"}, 2);
  const std::string_view wanted = to_text(part, "argument 1");
  const Range range = range_of(text, start, stop);
  context.heap.spend(static_cast<std::int64_t>(range.text.size() / 16));
  if (!range.valid) return -1;
  const std::size_t found = last ? rfind(range.text, wanted) : find(range.text, wanted);
  return found == std::string_view::npos ? -1 : range.before + count_characters(range.text.substr(0, found));
}

template <bool last>
Value find_method_(Context& context, const Arguments& arguments) {
  return Value::integer(position<last>(context, arguments));
}

template <bool last>
Value index_method(Context& context, const Arguments& arguments) {
  const std::int64_t found = position<last>(context, arguments);
  if (found < 0) fail("substring not found");
  return Value::integer(found);
}

Value count_method(Context&, const Arguments& arguments) {
  const auto [text, part, start, stop] = bind("count", arguments, {"self", "sub", "start", "end"}, 2);
  const Range range = range_of(text, start, stop);
  return Value::integer(range.valid ? count(range.text, to_text(part, "argument 1")) : 0);
}

template <bool at_end>
Value begins_or_ends(Context&, const Arguments& arguments) {
  const auto [text, what, start, stop] =
      bind(at_end ? "endswith" : "startswith", arguments, {"self", "prefix", "start", "end"}, 2);
  const Range range = range_of(text, start, stop);
  const auto matches = [&](Value part) {
    const std::string_view wanted = to_text(part, std::string(at_end ? "endswith" : "startswith") + " first arg");
    return range.valid && (at_end ? range.text.ends_with(wanted) : range.text.starts_with(wanted));
  };
  if (what.is(Kind::tuple)) return Value::boolean(std::ranges::any_of(what.sequence().items, matches));
  return Value::boolean(matches(what));
}

template <bool at_end>
Value remove_affix(Context& context, const Arguments& arguments) {
  const auto [text, affix] = bind(at_end ? "removesuffix" : "removeprefix", arguments, {"self", "affix"}, 2);
  std::string_view rest = text.bytes();
  const std::string_view wanted = to_text(affix, "argument");
  if (at_end ? rest.ends_with(wanted) : rest.starts_with(wanted)) {
    rest = at_end ? rest.substr(0, rest.size() - wanted.size()) : rest.substr(wanted.size());
  }
  return like(context, text, std::string(rest));
}

Value replace_method(Context& context, const Arguments& arguments) {
  const auto [text, from, to, most] = bind("replace", arguments, {"self", "old", "new", "count"}, 3);
  const std::string_view old = to_text(from, "replace() argument 1");
  const std::string fresh = escaped_like(text, to, "replace() argument 2");
  context.heap.reserve(checked_multiply(count(text.bytes(), old), static_cast<std::int64_t>(fresh.size())));
  return like(context, text, replace(text.bytes(), old, fresh, std::max<std::int64_t>(to_index_or(most, -1), -1)));
}

Value join_method(Context& context, const Arguments& arguments) {
  const auto [text, parts] = bind("join", arguments, {"self", "iterable"}, 2);
  std::string result;
  std::size_t number = 0;
  for (const Value part : items_of(context, parts)) {
    if (number > 0) result += text.bytes();
    if (!part.is_text()) {
      require_defined(part);
      fail("sequence item " + std::to_string(number) + ": expected str instance, " + std::string(type_name(part)) +
           " found");
    }
    result += text.text().markup && !part.text().markup ? escape_html(part.bytes()) : std::string(part.bytes());
    context.heap.reserve(static_cast<std::int64_t>(part.bytes().size() + text.bytes().size()));
    ++number;
  }
  return like(context, text, std::move(result));
}

template <char side>
Value justified(Context& context, const Arguments& arguments) {
  const auto [text, width, fill] = bind("just", arguments, {"self", "width", "fillchar"}, 2);
  const std::string pad = fill.given() ? escaped_like(text, fill, "The fill character") : " ";
  if (count_characters(pad) != 1) fail("The fill character must be exactly one character long");
  const std::int64_t missing = std::max<std::int64_t>(0, checked_add(to_index(width), -length(text.text())));
  context.heap.reserve(missing);
  // CPython puts the odd one of an odd width to the left.
  const std::int64_t before = side == 'l' ? 0 : side == 'r' ? missing : missing / 2 + (missing & to_index(width) & 1);
  std::string result;
  for (std::int64_t i = 0; i < before; ++i) result += pad;
  result += text.bytes();
  for (std::int64_t i = before; i < missing; ++i) result += pad;
  return like(context, text, std::move(result));
}

Value zfill_method(Context& context, const Arguments& arguments) {
  const auto [text, width] = bind("zfill", arguments, {"self", "width"}, 2);
  std::string result(text.bytes());
  const std::int64_t missing = std::max<std::int64_t>(0, checked_add(to_index(width), -length(text.text())));
  context.heap.reserve(missing);
  const bool sign = result.starts_with('+') || result.starts_with('-');
  result.insert(sign ? 1 : 0, static_cast<std::size_t>(missing), '0');
  return like(context, text, std::move(result));
}

template <bool last>
Value partition(Context& context, const Arguments& arguments) {
  const auto [text, separator] = bind("partition", arguments, {"self", "sep"}, 2);
  const std::string_view all = text.bytes();
  const std::string_view by = to_text(separator, "separator");
  if (by.empty()) fail("empty separator");
  const std::size_t at = last ? rfind(all, by) : find(all, by);
  if (at == std::string_view::npos) {
    return list_like(context, text, last ? Texts{"", "", all} : Texts{all, "", ""}, Kind::tuple);
  }
  return list_like(context, text, {all.substr(0, at), by, all.substr(at + by.size())}, Kind::tuple);
}

Value expandtabs_method(Context& context, const Arguments& arguments) {
  const auto [text, size] = bind("expandtabs", arguments, {"self", "tabsize"}, 1);
  const std::int64_t width = to_index_or(size, 8);
  std::string result;
  std::int64_t column = 0;
  for (const std::string_view character : characters(text.bytes())) {
    if (character == "\t") {
      const std::int64_t spaces = width > 0 ? width - column % width : 0;
      context.heap.reserve(spaces);
      result.append(static_cast<std::size_t>(spaces), ' ');
      column += spaces;
    } else {
      result += character;
      column = character == "\n" || character == "\r" ? 0 : column + 1;
    }
  }
  return like(context, text, std::move(result));
}

// Whether there are characters, and each has the property.
template <bool (*property)(char32_t)>
Value all_are(Context&, const Arguments& arguments) {
  const std::string_view text = only_subject("method", arguments).bytes();
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    if (!property(unit.code_point)) return Value::boolean(false);
    at += unit.size;
  }
  return Value::boolean(!text.empty());
}

bool is_number(char32_t c) { return is_numeric(c) || is_numeric_ideograph(c); }
bool is_alphanumeric(char32_t c) { return is_letter(c) || is_decimal(c) || is_digit(c) || is_numeric(c); }

Value isascii_method(Context&, const Arguments& arguments) {
  const std::string_view text = only_subject("isascii", arguments).bytes();
  return Value::boolean(std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; }));
}

Value isprintable_method(Context& context, const Arguments& arguments) {
  return Value::boolean(arguments.subject().bytes().empty() || truth(all_are<is_printable>(context, arguments)));
}

Value isidentifier_method(Context&, const Arguments& arguments) {
  const std::string_view text = only_subject("isidentifier", arguments).bytes();
  bool first = true;
  for (std::size_t at = 0; at < text.size(); first = false) {
    const auto unit = tokenizer::utf8_unit(text, at);
    const char32_t c = unit.code_point;
    if (c != '_' && !(first ? is_identifier_start(c) : is_identifier_part(c))) return Value::boolean(false);
    at += unit.size;
  }
  return Value::boolean(!first);
}

// Whether there are letters with case, and all have the wanted one.
template <bool (*wanted)(char32_t), bool (*other)(char32_t)>
Value cased(Context&, const Arguments& arguments) {
  const std::string_view text = only_subject("method", arguments).bytes();
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    if (other(unit.code_point) || is_title(unit.code_point)) return Value::boolean(false);
    any |= wanted(unit.code_point);
    at += unit.size;
  }
  return Value::boolean(any);
}

Value istitle_method(Context&, const Arguments& arguments) {
  const std::string_view text = only_subject("istitle", arguments).bytes();
  bool any = false;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    const char32_t c = unit.code_point;
    if (is_upper(c) || is_title(c)) {
      if (inside) return Value::boolean(false);
      inside = any = true;
    } else if (is_lower(c)) {
      if (!inside) return Value::boolean(false);
    } else {
      inside = false;
    }
    at += unit.size;
  }
  return Value::boolean(any);
}

Value format_method(Context& context, const Arguments& arguments) {
  return format_braces(context, arguments.subject(), arguments.without_subject());
}

Value format_map_method(Context& context, const Arguments& arguments) {
  const auto [text, values] = bind("format_map", arguments, {"self", "mapping"}, 2);
  if (!values.is(Kind::dict)) fail("format_map() takes a dict, not " + std::string(type_name(values)));
  std::vector<std::pair<Value, Value>> keywords;
  for (const auto& [key, value] : values.dict().items) {
    if (key.is_text()) keywords.emplace_back(key, value);
  }
  return format_braces(context, text, {{}, keywords});
}

Value translate_method(Context& context, const Arguments& arguments) {
  const auto [text, table] = bind("translate", arguments, {"self", "table"}, 2);
  if (!table.is(Kind::dict)) fail("'" + std::string(type_name(table)) + "' object is not subscriptable");
  std::string result;
  for (const std::string_view character : characters(text.bytes())) {
    context.heap.spend(1 + static_cast<std::int64_t>(table.dict().items.size() / 16));
    const char32_t c = tokenizer::utf8_unit(character, 0).code_point;
    const Value* found = find(table.dict(), Value::integer(static_cast<std::int64_t>(c)));
    if (!found) {
      result += character;
    } else if (found->is(Kind::integer)) {
      if (found->as_integer() < 0 || found->as_integer() > 0x10FFFF)
        fail("character mapping must be in range(0x110000)");
      tokenizer::append_utf8(result, static_cast<char32_t>(found->as_integer()));
    } else if (!found->is(Kind::none)) {
      result += to_text(*found, "character mapping");
    }
  }
  return like(context, text, std::move(result));
}

// A table for translate: from each character of the first text to its partner, and what is to vanish.
Value maketrans_method(Context& context, const Arguments& arguments) {
  const auto [self, from, to, gone] = bind("maketrans", arguments, {"self", "x", "y", "z"}, 2);
  Dict table;
  const auto point = [](std::string_view character) {
    return Value::integer(static_cast<std::int64_t>(tokenizer::utf8_unit(character, 0).code_point));
  };
  if (from.is(Kind::dict) && !to.given()) {
    for (const auto& [key, value] : from.dict().items) {
      if (key.is_text() && length(key.text()) != 1) fail("string keys in translate table must be of length 1");
      insert(context.heap, table, key.is_text() ? point(key.bytes()) : key, value);
    }
    return context.heap.dict(std::move(table));
  }
  const auto left = characters(to_text(from, "maketrans() argument 1"));
  const auto right = characters(to_text(to, "maketrans() argument 2"));
  if (left.size() != right.size()) fail("the first two maketrans arguments must have equal length");
  for (std::size_t i = 0; i < left.size(); ++i) insert(context.heap, table, point(left[i]), point(right[i]));
  if (gone.given()) {
    for (const std::string_view character : characters(to_text(gone, "maketrans() argument 3"))) {
      insert(context.heap, table, point(character), Value::none());
    }
  }
  return context.heap.dict(std::move(table));
}

Value encode_method(Context&, const Arguments&) { fail("'encode' gives bytes, which templates here do not have"); }

constexpr std::array<Builtin, 47> methods = {{
    {"capitalize", mapped<capitalize>},
    {"casefold", mapped<casefold>},
    {"center", justified<'c'>},
    {"count", count_method},
    {"encode", encode_method},
    {"endswith", begins_or_ends<true>},
    {"expandtabs", expandtabs_method},
    {"find", find_method_<false>},
    {"format", format_method},
    {"format_map", format_map_method},
    {"index", index_method<false>},
    {"isalnum", all_are<is_alphanumeric>},
    {"isalpha", all_are<is_letter>},
    {"isascii", isascii_method},
    {"isdecimal", all_are<is_decimal>},
    {"isdigit", all_are<is_digit>},
    {"isidentifier", isidentifier_method},
    {"islower", cased<is_lower, is_upper>},
    {"isnumeric", all_are<is_number>},
    {"isprintable", isprintable_method},
    {"isspace", all_are<is_space>},
    {"istitle", istitle_method},
    {"isupper", cased<is_upper, is_lower>},
    {"join", join_method},
    {"ljust", justified<'l'>},
    {"lower", mapped<lower>},
    {"lstrip", stripped<lstrip>},
    {"maketrans", maketrans_method},
    {"partition", partition<false>},
    {"removeprefix", remove_affix<false>},
    {"removesuffix", remove_affix<true>},
    {"replace", replace_method},
    {"rfind", find_method_<true>},
    {"rindex", index_method<true>},
    {"rjust", justified<'r'>},
    {"rpartition", partition<true>},
    {"rsplit", divided<rsplit>},
    {"rstrip", stripped<rstrip>},
    {"split", divided<split>},
    {"splitlines", splitlines_method},
    {"startswith", begins_or_ends<false>},
    {"strip", stripped<strip>},
    {"swapcase", mapped<swapcase>},
    {"title", mapped<title>},
    {"translate", translate_method},
    {"upper", mapped<upper>},
    {"zfill", zfill_method},
}};

}  // namespace

const Builtin* find_text_method(std::string_view name) { return find_in(methods, name); }

}  // namespace gerbil::jinja
