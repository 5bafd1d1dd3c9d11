#include <algorithm>
#include <random>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"
#include "template/text.hpp"

namespace gerbil::jinja::filters {

Value attr(Context& context, const Arguments& arguments) {
  const auto [object, name] = bind("attr", arguments, {"obj", "name"}, 2);
  require_defined(object);
  return python_attribute(context, object, name.is_text() ? name : context.heap.text(str(name)));
}

Value default_(Context& context, const Arguments& arguments) {
  const auto [value, fallback, falsy] = bind("default", arguments, {"value", "default_value", "boolean"}, 1);
  if (value.is(Kind::undefined) || (truth(falsy) && !truth(value))) {
    return fallback.given() ? fallback : context.heap.text("");
  }
  return value;
}

Value batch(Context& context, const Arguments& arguments) {
  const auto [value, size, fill] = bind("batch", arguments, {"value", "linecount", "fill_with"}, 2);
  const std::int64_t count = to_index(size);
  Values rows;
  Values row;
  for (const Value item : items_of(context.heap, value)) {
    if (static_cast<std::int64_t>(row.size()) == count) rows.push_back(context.heap.list(std::exchange(row, {})));
    row.push_back(item);
  }
  if (!row.empty()) {
    if (fill.given() && !fill.is(Kind::none) && static_cast<std::int64_t>(row.size()) < count) {
      context.heap.reserve(checked_multiply(count, sizeof(Value)));
      row.resize(static_cast<std::size_t>(count), fill);
    }
    rows.push_back(context.heap.list(std::move(row)));
  }
  return context.heap.generator(std::move(rows));
}

// Columns of equal length, the first ones longer by one.
Value slice(Context& context, const Arguments& arguments) {
  const auto [value, slices, fill] = bind("slice", arguments, {"value", "slices", "fill_with"}, 2);
  const Values items = items_of(context.heap, value);
  const std::int64_t count = to_index(slices);
  if (count == 0) fail("integer division or modulo by zero");
  context.heap.reserve(checked_multiply(std::max<std::int64_t>(count, 0), sizeof(Value)));
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t each = size / count;
  const std::int64_t longer = size % count;
  Values columns;
  std::int64_t at = 0;
  for (std::int64_t column = 0; column < count; ++column) {
    const std::int64_t end = at + each + (column < longer ? 1 : 0);
    Values part(items.begin() + at, items.begin() + end);
    at = end;
    if (fill.given() && !fill.is(Kind::none) && column >= longer) part.push_back(fill);
    columns.push_back(context.heap.list(std::move(part)));
  }
  return context.heap.generator(std::move(columns));
}

Value first(Context& context, const Arguments& arguments) {
  const Value value = only_subject("first", arguments);
  if (value.is(Kind::generator)) {
    Sequence& generator = value.sequence();
    if (generator.consumed < generator.items.size()) return generator.items[generator.consumed++];
  } else if (value.is_text() ? !value.bytes().empty() : length_of(value) > 0) {
    return value.is_text() ? item(context, value, Value::integer(0)) : items_of(context.heap, value).front();
  }
  return context.heap.undefined("No first item, sequence was empty.");
}

Value last(Context& context, const Arguments& arguments) {
  const Value value = only_subject("last", arguments);
  if (value.is(Kind::generator)) fail("'generator' object is not reversible");
  const Values items = items_of(context.heap, value);
  return items.empty() ? context.heap.undefined("No last item, sequence was empty.") : items.back();
}

Value random(Context& context, const Arguments& arguments) {
  const Values items = items_of(context.heap, only_subject("random", arguments));
  if (items.empty()) return context.heap.undefined("No random item, sequence was empty.");
  std::random_device source;
  return items[std::uniform_int_distribution<std::size_t>(0, items.size() - 1)(source)];
}

Value items(Context& context, const Arguments& arguments) {
  const Value value = only_subject("items", arguments);
  Values result;
  if (value.is(Kind::dict)) {
    for (const auto& [key, item] : value.dict().items) result.push_back(context.heap.tuple({key, item}));
  } else if (!value.is(Kind::undefined)) {
    fail("Can only get item pairs from a mapping.");
  }
  return context.heap.generator(std::move(result));
}

Value length(Context&, const Arguments& arguments) {
  return Value::integer(length_of(only_subject("length", arguments)));
}

Value list(Context& context, const Arguments& arguments) {
  return context.heap.list(items_of(context.heap, only_subject("list", arguments)));
}

Value reverse(Context& context, const Arguments& arguments) {
  const Value value = only_subject("reverse", arguments);
  Values items = items_of(context.heap, value);
  std::ranges::reverse(items);
  if (value.is_text()) {
    std::string result;
    for (const Value character : items) result += character.bytes();
    return context.heap.text(std::move(result), value.text().markup);
  }
  if (value.is(Kind::generator)) return context.heap.list(std::move(items));
  return context.heap.sequence(Kind::generator, std::move(items), "list_reverseiterator");
}

Value join(Context& context, const Arguments& arguments) {
  const auto [value, separator, attribute] = bind("join", arguments, {"value", "d", "attribute"}, 1);
  const std::string by = separator.given() ? str(separator) : "";
  Values items = items_of(context.heap, value);
  for (Value& item : items) item = get_by_path(context, item, attribute);
  const auto is_markup = [](Value item) { return item.is_text() && item.text().markup; };
  const bool markup =
      context.autoescape && (std::ranges::any_of(items, is_markup) || (separator.given() && is_markup(separator)));
  std::string result;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t before = result.size();
    if (i > 0) result += by;
    if (markup && !is_markup(items[i])) {
      result += escape_html(str(items[i]));
    } else {
      append_str(result, items[i]);
    }
    context.heap.reserve(static_cast<std::int64_t>(result.size() - before));
  }
  return context.heap.text(std::move(result), markup);
}

}  // namespace gerbil::jinja::filters
