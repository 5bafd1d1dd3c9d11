#include <algorithm>
#include <cmath>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/operators.hpp"
#include "template/text.hpp"

namespace gerbil::jinja::filters {
namespace {

// Texts are compared without regard to case unless that is asked for.
Value key_of(Context& context, Value item, Value attribute, bool case_sensitive, Value fallback = {}) {
  const Value key = get_by_path(context, item, attribute, fallback);
  return key.is_text() && !case_sensitive ? context.heap.text(jinja::lower(key.bytes())) : key;
}

// sort's `attribute` may name several, with commas; their values are compared in turn.
Value sort_key(Context& context, Value item, Value attribute, bool case_sensitive) {
  if (!attribute.is_text()) return context.heap.list({key_of(context, item, attribute, case_sensitive)});
  Values keys;
  for (const std::string_view part : split(attribute.bytes(), ",")) {
    keys.push_back(key_of(context, item, context.heap.text(std::string(part)), case_sensitive));
  }
  return context.heap.list(std::move(keys));
}

struct Keyed {
  Value key;
  Value item;
};

void order(Context& context, std::vector<Keyed>& items, bool reversed) {
  const auto before = [&](const Keyed& a, const Keyed& b) {
    context.heap.spend(1);
    return compare(a.key, b.key) < 0;
  };
  // Equal items keep their order, also when it is reversed.
  if (reversed) std::ranges::reverse(items);
  std::ranges::stable_sort(items, before);
  if (reversed) std::ranges::reverse(items);
}

template <bool largest>
Value extreme(Context& context, const Arguments& arguments) {
  const auto [value, sensitive, attribute] =
      bind(largest ? "max" : "min", arguments, {"value", "case_sensitive", "attribute"}, 1);
  Value best;
  Value best_key;
  for (const Value item : items_of(context, value)) {
    const Value key = key_of(context, item, attribute, truth(sensitive));
    if (best.given() && (largest ? compare(key, best_key, ">") <= 0 : compare(key, best_key, "<") >= 0)) continue;
    best = item;
    best_key = key;
  }
  return best.given() ? best : context.heap.undefined("No aggregated item, sequence was empty.");
}

}  // namespace

Value max(Context& context, const Arguments& arguments) { return extreme<true>(context, arguments); }
Value min(Context& context, const Arguments& arguments) { return extreme<false>(context, arguments); }

Value sort(Context& context, const Arguments& arguments) {
  const auto [value, reversed, sensitive, attribute] =
      bind("sort", arguments, {"value", "reverse", "case_sensitive", "attribute"}, 1);
  std::vector<Keyed> items;
  for (const Value item : items_of(context, value)) {
    items.push_back({sort_key(context, item, attribute, truth(sensitive)), item});
  }
  order(context, items, truth(reversed));
  Values result;
  for (const Keyed& each : items) result.push_back(each.item);
  return context.heap.list(std::move(result));
}

Value dictsort(Context& context, const Arguments& arguments) {
  const auto [value, sensitive, by, reversed] =
      bind("dictsort", arguments, {"value", "case_sensitive", "by", "reverse"}, 1);
  const std::string_view what = by.given() ? to_text(by, "by") : "key";
  if (what != "key" && what != "value") fail("You can only sort by either \"key\" or \"value\"");
  if (!value.is(Kind::dict)) {
    require_defined(value);
    fail("'" + std::string(type_name(value)) + "' object has no attribute 'items'");
  }
  std::vector<Keyed> items;
  for (const auto& [key, item] : value.dict().items) {
    items.push_back(
        {key_of(context, what == "key" ? key : item, Value(), truth(sensitive)), context.heap.tuple({key, item})});
  }
  order(context, items, truth(reversed));
  Values result;
  for (const Keyed& each : items) result.push_back(each.item);
  return context.heap.list(std::move(result));
}

Value groupby(Context& context, const Arguments& arguments) {
  const auto [value, attribute, fallback, sensitive] =
      bind("groupby", arguments, {"value", "attribute", "default", "case_sensitive"}, 2);
  const Value missing = fallback.is(Kind::none) ? Value() : fallback;
  std::vector<Keyed> items;
  for (const Value item : items_of(context, value)) {
    items.push_back({key_of(context, item, attribute, truth(sensitive), missing), item});
  }
  order(context, items, false);
  Values groups;
  for (auto begin = items.begin(); begin != items.end();) {
    const auto end = std::find_if(begin, items.end(), [&](const Keyed& each) { return !equal(each.key, begin->key); });
    Values members;
    for (auto each = begin; each != end; ++each) members.push_back(each->item);
    const Value grouper = get_by_path(context, begin->item, attribute, missing);
    groups.push_back(
        context.heap.sequence(Kind::tuple, {grouper, context.heap.list(std::move(members))}, "_GroupTuple"));
    begin = end;
  }
  return context.heap.list(std::move(groups));
}

Value sum(Context& context, const Arguments& arguments) {
  const auto [value, attribute, start] = bind("sum", arguments, {"iterable", "attribute", "start"}, 1);
  Value result = start.given() ? start : Value::integer(0);
  if (result.is_text()) fail("sum() can't sum strings [use ''.join(seq) instead]");
  double lost = 0.0;  // what rounding took from a sum of reals: Python adds it in the end (Neumaier's method)
  for (const Value each : items_of(context, value)) {
    const Value item = get_by_path(context, each, attribute);
    const Value next = apply(context, Binary::add, result, item);
    if (next.is(Kind::real)) {
      const double a = result.as_real();
      const double b = item.as_real();
      lost += std::fabs(a) >= std::fabs(b) ? (a - next.as_real()) + b : (b - next.as_real()) + a;
    }
    result = next;
  }
  return result.is(Kind::real) && std::isfinite(lost) ? Value::real(result.as_real() + lost) : result;
}

Value unique(Context& context, const Arguments& arguments) {
  const auto [value, sensitive, attribute] = bind("unique", arguments, {"value", "case_sensitive", "attribute"}, 1);
  const auto next = [](Context& inside, Generator& generator) {
    for (;;) {
      const Value item = next_of(inside, generator.source);
      if (!item.given()) return item;
      const Value key = key_of(inside, item, generator.attribute, generator.number != 0);
      Dict& seen = generator.seen;
      inside.heap.spend(static_cast<std::int64_t>(seen.items.size() / 4));
      if (find(seen, key)) continue;
      inside.heap.reserve(sizeof(seen.items[0]));
      seen.items.emplace_back(key, Value());
      return item;
    }
  };
  return context.heap.make(
      Generator{.next = next, .source = {value}, .attribute = attribute, .number = truth(sensitive) ? 1 : 0});
}

}  // namespace gerbil::jinja::filters
