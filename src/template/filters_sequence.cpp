#include <algorithm>
#include <random>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"
#include "template/text.hpp"

namespace gerbil::jinja::filters {
namespace {

// Goes through a value in rows of some length, the last one filled up.
Value next_row(Context& context, Generator& generator) {
  Values row = std::exchange(generator.values, {});  // an item that did not fit into the row before
  for (;;) {
    const Value item = next_of(context, generator.source);
    if (!item.given()) break;
    context.heap.reserve(sizeof(Value));
    if (equal(Value::integer(std::ssize(row)), generator.attribute)) {
      generator.values = {item};
      return context.heap.list(std::move(row));
    }
    row.push_back(item);
  }
  if (row.empty()) return {};
  if (generator.fallback.is(Kind::none)) return context.heap.list(std::move(row));
  if (const std::int64_t size = to_index(generator.attribute); std::ssize(row) < size) {
    context.heap.reserve(checked_multiply(size, sizeof(Value)));
    row.resize(static_cast<std::size_t>(size), generator.fallback);
  }
  return context.heap.list(std::move(row));
}

// Columns of equal length, the first ones longer by one.
Values columns(Context& context, Value value, std::int64_t count, Value fill) {
  const Values items = items_of(context, value);
  if (count == 0) fail("integer division or modulo by zero");
  context.heap.reserve(checked_multiply(std::max<std::int64_t>(count, 0), sizeof(Value)));
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t each = size / count;
  const std::int64_t longer = size % count;
  Values result;
  std::int64_t at = 0;
  for (std::int64_t column = 0; column < count; ++column) {
    const std::int64_t end = at + each + (column < longer ? 1 : 0);
    Values part(items.begin() + at, items.begin() + end);
    at = end;
    if (!fill.is(Kind::none) && column >= longer) part.push_back(fill);
    result.push_back(context.heap.list(std::move(part)));
  }
  return result;
}

Value next_item(Context& context, Generator& generator) { return next_of(context, generator.source); }

Value next_column(Context& context, Generator& generator) {
  if (!std::exchange(generator.started, true)) {
    const Value value = generator.source.source;
    generator.source = {context.heap.list(columns(context, value, to_index(generator.attribute), generator.fallback))};
  }
  return next_of(context, generator.source);
}

Value next_pair(Context& context, Generator& generator) {
  const Value value = generator.source.source;
  if (value.is(Kind::undefined)) return {};
  if (!value.is(Kind::dict)) fail("Can only get item pairs from a mapping.");
  const auto& items = value.dict().items;
  if (generator.source.at == items.size()) return {};
  const auto& [key, item] = items[generator.source.at++];
  return context.heap.tuple({key, item});
}

}  // namespace

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
  return context.heap.make(Generator{
      .next = next_row, .source = {value}, .attribute = size, .fallback = fill.given() ? fill : Value::none()});
}

Value slice(Context& context, const Arguments& arguments) {
  const auto [value, slices, fill] = bind("slice", arguments, {"value", "slices", "fill_with"}, 2);
  return context.heap.make(Generator{
      .next = next_column, .source = {value}, .attribute = slices, .fallback = fill.given() ? fill : Value::none()});
}

Value first(Context& context, const Arguments& arguments) {
  Iteration iteration{only_subject("first", arguments)};
  const Value item = next_of(context, iteration);
  return item.given() ? item : context.heap.undefined("No first item, sequence was empty.");
}

Value last(Context& context, const Arguments& arguments) {
  const Value value = only_subject("last", arguments);
  if (value.is(Kind::generator)) fail("'generator' object is not reversible");
  if (value.is_text() && !value.bytes().empty()) return item(context, value, Value::integer(-1));
  const Values items = items_of(context, value);
  return items.empty() ? context.heap.undefined("No last item, sequence was empty.") : items.back();
}

Value random(Context& context, const Arguments& arguments) {
  const Value value = only_subject("random", arguments);
  length_of(context, value);
  const Values items = items_of(context, value);
  if (items.empty()) return context.heap.undefined("No random item, sequence was empty.");
  std::random_device source;
  return items[std::uniform_int_distribution<std::size_t>(0, items.size() - 1)(source)];
}

Value items(Context& context, const Arguments& arguments) {
  return context.heap.make(Generator{.next = next_pair, .source = {only_subject("items", arguments)}});
}

Value length(Context& context, const Arguments& arguments) {
  return Value::integer(length_of(context, only_subject("length", arguments)));
}

Value list(Context& context, const Arguments& arguments) {
  return context.heap.list(items_of(context, only_subject("list", arguments)));
}

Value reverse(Context& context, const Arguments& arguments) {
  const Value value = only_subject("reverse", arguments);
  Values items = items_of(context, value);
  std::ranges::reverse(items);
  if (value.is_text()) {
    std::string result;
    for (const Value character : items) result += character.bytes();
    return context.heap.text(std::move(result), value.text().markup);
  }
  if (value.is(Kind::generator)) return context.heap.list(std::move(items));
  return context.heap.make(
      Generator{.next = next_item, .type = "list_reverseiterator", .source = {context.heap.list(std::move(items))}});
}

Value join(Context& context, const Arguments& arguments) {
  const auto [value, separator, attribute] = bind("join", arguments, {"value", "d", "attribute"}, 1);
  const std::string by = separator.given() ? str(separator) : "";
  Values items = items_of(context, value);
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
