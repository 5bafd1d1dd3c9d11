#include "grammar/schema_check.hpp"
#include "grammar/schema_writer.hpp"

namespace gerbil::grammar {
// What holds for the item at `index`; `listed` grows to the number of items that have schemas of their own.
Conjunction SchemaWriter::item(const Shape& shape, std::size_t index, std::size_t& listed) const {
  Conjunction all;
  std::set<const Json*> speaking;
  for (const Json* schema : shape.arrays) {
    const Json* items = SchemaDocument::find(*schema, "items");
    const bool old_list = items != nullptr && items->is_array();
    const Json* first = old_list ? items : SchemaDocument::find(*schema, "prefixItems");
    const Json* rest = old_list ? SchemaDocument::find(*schema, "additionalItems") : items;
    if (first != nullptr) listed = std::max(listed, first->size());
    const Json* wanted = first != nullptr && index < first->size() ? &(*first)[index] : rest;
    if (wanted != nullptr) {
      all = joined(all, {Place{wanted}});
      speaking.insert(schema);
    }
  }
  for (const auto& [left, schemas] : shape.unevaluated_items) {
    if (std::ranges::none_of(schemas, [&](const Json* each) { return speaking.contains(each); }))
      all = joined(all, {Place{left}});
  }
  return all;
}

void SchemaWriter::write_array(std::uint32_t made, const Shape& shape) {
  for (const Json& value : shape.excluded) {
    if (value.is_array())
      document_.fail(ErrorCode::unsupported, document_.root(), "not", "excludes a list, which cannot be kept");
  }
  if (shape.contains.size() > 1 || (!shape.contains.empty() && shape.unique != nullptr)) {
    document_.fail(ErrorCode::unsupported, **shape.contains.begin(), "contains",
                   "cannot be kept beside another or beside uniqueItems");
  }
  if (!shape.contains.empty()) return write_counted(made, shape, **shape.contains.begin());
  if (shape.unique != nullptr && shape.most_items > 1) return write_unique(made, shape);
  std::size_t listed = 0;
  const Conjunction rest = item(shape, static_cast<std::size_t>(-1), listed);
  const Sequence comma = {lexeme(text(",")), lexeme(space())};
  const std::size_t most_repeated = grammar_.limits().rules;
  if (shape.least_items > most_repeated || (shape.most_items != unbounded && shape.most_items > most_repeated)) {
    exceed(most_repeated, "items in a list that is counted", "lower minItems or maxItems");
  }
  const auto least = static_cast<std::uint32_t>(shape.least_items);
  const auto most = static_cast<std::uint32_t>(shape.most_items);
  const auto left = [&](std::size_t taken) {
    return most == unbounded ? unbounded : most - static_cast<std::uint32_t>(taken);
  };
  listed = std::min(listed, shape.most_items);
  const auto behind_comma = [&](Sequence items) {
    items.insert(items.begin(), comma.begin(), comma.end());
    return items;
  };
  Sequence tail;
  if (listed == 0) {
    tail = grammar_.repetition({value(rest)}, least, most, comma);
  } else {
    // Backwards: what comes behind the item before `i`.
    const auto first_rest = static_cast<std::uint32_t>(least > listed ? least - listed : 0);
    tail = grammar_.repetition(behind_comma({value(rest)}), first_rest, left(listed));
    for (std::size_t i = listed; i-- > 0;) {
      Sequence with = {value(item(shape, i, listed))};
      with.append_range(tail);
      if (i > 0) with = behind_comma(std::move(with));
      tail = {rule(grammar_.either({with}))};
      if (i >= least) grammar_.add(tail[0].value, {});
    }
  }
  Sequence all = {lexeme(text("[")), lexeme(space())};
  all.append_range(tail);
  all.append_range(Sequence{lexeme(space()), lexeme(text("]"))});
  grammar_.add(made, all);
}

// A rule for what follows `i` items of which `matching` are counted, as far as these numbers still matter.
void SchemaWriter::write_counted(std::uint32_t made, const Shape& shape, const Json& schema) {
  const Json& counted = *SchemaDocument::find(schema, "contains");
  const bool limited = SchemaDocument::find(schema, "maxContains") != nullptr;
  const std::size_t least = document_.count(schema, "minContains", 1);
  const std::size_t most_counted = limited ? document_.count(schema, "maxContains", 0) : least;
  std::size_t listed = 0;
  item(shape, 0, listed);
  const std::size_t last =
      shape.most_items == unbounded ? std::max({listed, shape.least_items, std::size_t{1}}) : shape.most_items;
  const std::size_t limit = grammar_.limits().rules / 4;
  if (last > limit || most_counted > limit || (last + 1) * (most_counted + 1) > limit) {
    exceed(limit, "states of a list whose items are counted", "lower its limits");
  }
  std::vector<std::uint32_t> rules;
  rules.reserve((last + 1) * (most_counted + 1));
  for (std::size_t i = 0; i < (last + 1) * (most_counted + 1); ++i) rules.push_back(grammar_.add_rule());
  const auto state = [&](std::size_t i, std::size_t matching) {
    return rules[std::min(i, last) * (most_counted + 1) + matching];
  };
  for (std::size_t i = 0; i <= last; ++i) {
    for (std::size_t matching = 0; matching <= most_counted; ++matching) {
      if (i >= shape.least_items && matching >= least) grammar_.add(state(i, matching), {});
      if (i == shape.most_items) continue;
      const Expression comma = i == 0 ? empty : grammar_.expressions().concatenation(text(","), space());
      const Conjunction any = item(shape, i, listed);
      const Conjunction other = limited ? joined(any, {Place{&counted, true}}) : any;
      grammar_.add(state(i, matching), {lexeme(comma), value(other), rule(state(i + 1, matching))});
      if (matching == most_counted) continue;  // enough, or the most that may be
      grammar_.add(state(i, matching),
                   {lexeme(comma), value(joined(any, {Place{&counted}})), rule(state(i + 1, matching + 1))});
    }
  }
  grammar_.add(made, {lexeme(text("[")), lexeme(space()), rule(state(0, 0)), lexeme(space()), lexeme(text("]"))});
}

}  // namespace gerbil::grammar
