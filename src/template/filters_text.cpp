#include <algorithm>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/format.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"
#include "template/text.hpp"
#include "template/unicode.hpp"
#include "template/wrap.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja::filters {
namespace {

bool is_markup(Value value) { return value.is_text() && value.text().markup; }

// Calls the method of str that does the same.
Value as_method(Context& context, const char* method, const Arguments& arguments) {
  Values positional(arguments.positional.begin(), arguments.positional.end());
  if (!positional[0].is_text()) positional[0] = context.heap.text(str(positional[0]));
  return find_method(Kind::text, method)->call(context, {positional, arguments.keywords});
}

// The items of a list, without keys, or of a dictionary, sorted by their keys where these can be compared.
std::vector<std::pair<Value, Value>> sorted_items(Value value) {
  std::vector<std::pair<Value, Value>> items;
  if (!value.is(Kind::dict)) {
    for (const Value item : value.sequence().items) items.emplace_back(Value(), item);
    return items;
  }
  items = value.dict().items;
  std::ranges::stable_sort(items, [](const auto& a, const auto& b) {
    const bool comparable = (a.first.is_text() && b.first.is_text()) || (a.first.is_number() && b.first.is_number());
    return comparable && compare(a.first, b.first) < 0;
  });
  return items;
}

// A value on one line, keys sorted.
std::string flat(Value value) {
  if (!value.is(Kind::dict) && !value.is(Kind::list) && !value.is(Kind::tuple)) return repr(value);
  std::string result;
  for (const auto& [key, item] : sorted_items(value)) {
    if (!result.empty()) result += ", ";
    if (key.given()) result += repr(key) + ": ";
    result += flat(item);
  }
  if (value.is(Kind::dict)) return "{" + result + "}";
  if (value.is(Kind::list)) return "[" + result + "]";
  return "(" + result + (value.sequence().items.size() == 1 ? ",)" : ")");
}

// pprint.pformat: on one line when it fits into 80 columns, otherwise an item a line.
void pretty(std::string& result, Value value, std::int64_t column, std::int64_t allowance) {
  const std::string line = flat(value);
  const bool nested = (value.is(Kind::dict) || value.is(Kind::list) || value.is(Kind::tuple)) && truth(value);
  if (!nested || column + count_characters(line) + allowance <= 80) {
    result += line;
    return;
  }
  const auto items = sorted_items(value);
  result += line.front();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) result.append(",\n").append(static_cast<std::size_t>(column) + 1, ' ');
    const std::string key = items[i].first.given() ? repr(items[i].first) + ": " : "";
    result += key;
    pretty(result, items[i].second, column + 1 + count_characters(key), i + 1 == items.size() ? allowance + 1 : 1);
  }
  if (value.is(Kind::tuple) && items.size() == 1) result += ',';
  result += line.back();
}

}  // namespace

Value capitalize(Context& context, const Arguments& arguments) { return as_method(context, "capitalize", arguments); }
Value lower(Context& context, const Arguments& arguments) { return as_method(context, "lower", arguments); }
Value upper(Context& context, const Arguments& arguments) { return as_method(context, "upper", arguments); }

Value trim(Context& context, const Arguments& arguments) {
  const auto [value, chars] = bind("trim", arguments, {"value", "chars"}, 1);
  const Value parts[] = {value, chars.given() ? chars : Value::none()};
  return as_method(context, "strip", {parts, {}});
}

Value center(Context& context, const Arguments& arguments) {
  const auto [value, width] = bind("center", arguments, {"value", "width"}, 1);
  const Value parts[] = {value, width.given() ? width : Value::integer(80)};
  return as_method(context, "center", {parts, {}});
}

Value string(Context& context, const Arguments& arguments) {
  const Value value = only_subject("string", arguments);
  return value.is_text() ? value : context.heap.text(str(value));
}

Value pprint(Context& context, const Arguments& arguments) {
  std::string result;
  pretty(result, only_subject("pprint", arguments), 0, 0);
  return context.heap.text(std::move(result));
}

Value format(Context& context, const Arguments& arguments) {
  const auto values = arguments.positional.subspan(1);
  if (!values.empty() && !arguments.keywords.empty())
    fail("can't handle positional and keyword arguments at the same time");
  const Value text = arguments.subject().is_text() ? arguments.subject() : context.heap.text(str(arguments.subject()));
  if (arguments.keywords.empty())
    return format_percent(context, text, context.heap.tuple({values.begin(), values.end()}));
  Dict named;
  for (const auto& [name, value] : arguments.keywords) insert(context.heap, named, name, value);
  return format_percent(context, text, context.heap.dict(std::move(named)));
}

Value replace(Context& context, const Arguments& arguments) {
  const auto [value, from, to, most] = bind("replace", arguments, {"s", "old", "new", "count"}, 3);
  const std::string text = str(value);
  const std::string old = str(from);
  const std::string fresh = str(to);
  context.heap.reserve(checked_multiply(count(text, old), static_cast<std::int64_t>(fresh.size())));
  if (!context.autoescape)
    return context.heap.text(jinja::replace(text, old, fresh, std::max<std::int64_t>(to_index_or(most, -1), -1)));
  const std::string subject = is_markup(value) || !(is_markup(from) || is_markup(to)) ? text : escape_html(text);
  const bool markup = is_markup(value) || is_markup(from) || is_markup(to);
  const std::string with = markup && !is_markup(to) ? escape_html(fresh) : fresh;
  return context.heap.text(jinja::replace(subject, old, with, std::max<std::int64_t>(to_index_or(most, -1), -1)),
                           markup);
}

Value indent(Context& context, const Arguments& arguments) {
  const auto [value, width, first, blank] = bind("indent", arguments, {"s", "width", "first", "blank"}, 1);
  to_text(value, "what is indented");
  std::string space;
  if (width.is_text()) {
    space = width.bytes();
  } else {
    const std::int64_t columns = std::max<std::int64_t>(0, width.given() ? to_index(width) : 4);
    context.heap.reserve(columns);
    space.assign(static_cast<std::size_t>(columns), ' ');
  }
  const std::string text = str(value) + "\n";  // so that a newline at the end makes an empty line
  const auto lines = splitlines(text);
  context.heap.reserve(
      checked_multiply(static_cast<std::int64_t>(lines.size()), static_cast<std::int64_t>(space.size())));
  std::string result = truth(first) ? space : "";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) {
      result += '\n';
      if (truth(blank) || !lines[i].empty()) result += space;
    }
    result += lines[i];
  }
  return context.heap.text(std::move(result), is_markup(value));
}

// Not Python's: words begin behind white space, hyphens and opening brackets.
Value title(Context& context, const Arguments& arguments) {
  const Value value = only_subject("title", arguments);
  const std::string text = str(value);
  std::string result;
  bool starts = true;
  std::size_t begin = 0;  // of the word, for a sigma at its end
  for (std::size_t at = 0; at <= text.size();) {
    const auto unit = at < text.size() ? tokenizer::utf8_unit(text, at) : tokenizer::Utf8Unit{U' ', 1, true, false};
    const char32_t c = unit.code_point;
    const bool separates = c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || is_space(c);
    if (separates) {
      if (!starts) result += jinja::lower(std::string_view(text).substr(begin, at - begin));
      if (at < text.size()) result += text.substr(at, unit.size);
      starts = true;
    } else if (starts) {
      append_upper(result, c);
      begin = at + unit.size;
      starts = false;
    }
    at += unit.size;
  }
  return context.heap.text(std::move(result));
}

Value truncate(Context& context, const Arguments& arguments) {
  const auto [value, size, kill, ending, slack] =
      bind("truncate", arguments, {"s", "length", "killwords", "end", "leeway"}, 1);
  const std::string end = ending.given() ? str(ending) : "...";
  const std::int64_t most = size.given() ? to_index(size) : 255;
  const std::int64_t leeway = to_index_or(slack, 5);
  const std::int64_t kept = checked_add(most, -count_characters(end));
  if (kept < 0) fail("expected length >= " + std::to_string(count_characters(end)) + ", got " + std::to_string(most));
  if (leeway < 0) fail("expected leeway >= 0, got " + std::to_string(leeway));
  if (length_of(context, value) <= checked_add(most, leeway)) return value;
  const std::string text(to_text(value, "what is truncated"));
  std::string result = text.substr(0, byte_of(text, kept));
  if (!truth(kill)) result = result.substr(0, std::min(result.rfind(' '), result.size()));
  return context.heap.text(result + end, is_markup(value));
}

Value wordcount(Context&, const Arguments& arguments) {
  const std::string text = str(only_subject("wordcount", arguments));
  std::int64_t words = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    const bool word = is_word(unit.code_point);
    if (word && !inside) ++words;
    inside = word;
    at += unit.size;
  }
  return Value::integer(words);
}

Value wordwrap(Context& context, const Arguments& arguments) {
  const auto [value, width, break_words, separator, hyphens] =
      bind("wordwrap", arguments, {"s", "width", "break_long_words", "wrapstring", "break_on_hyphens"}, 1);
  to_text(value, "what is wrapped");
  const std::int64_t columns = width.given() ? to_index(width) : 79;
  if (columns <= 0) fail("invalid width " + std::to_string(columns) + " (must be > 0)");
  const std::string by = separator.given() && !separator.is(Kind::none) ? str(separator) : "\n";
  const std::string text = str(value);
  std::string result;
  bool first = true;
  for (const std::string_view line : splitlines(text)) {
    if (!first) result += by;
    first = false;
    const auto wrapped = wrap(context.heap, line, columns, !break_words.given() || truth(break_words),
                              !hyphens.given() || truth(hyphens));
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
      if (i > 0) result += by;
      result += wrapped[i];
      context.heap.reserve(static_cast<std::int64_t>(wrapped[i].size() + by.size()));
    }
  }
  return context.heap.text(std::move(result));
}

}  // namespace gerbil::jinja::filters
