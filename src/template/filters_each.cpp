// Filters that apply a filter or a test to each item, while they are read.
#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/print.hpp"

namespace gerbil::jinja::filters {
namespace {

Value keyword(const Generator& generator, std::string_view name) {
  for (const auto& [key, value] : generator.keywords) {
    if (key.bytes() == name) return value;
  }
  return {};
}

// A filter or test of that name is called with the arguments that follow its name, behind the item.
void apply_from(Generator& generator, const Builtin* function, std::size_t from) {
  generator.function = function;
  generator.values.erase(generator.values.begin() + 1, generator.values.begin() + static_cast<std::ptrdiff_t>(from));
}

Value apply(Context& context, Generator& generator, Value item) {
  context.heap.spend(1);
  generator.values[0] = item;
  return generator.function->call(context, {generator.values, generator.keywords});
}

void prepare_map(Generator& generator) {
  Values& values = generator.values;
  if (values.size() == 1) {
    generator.attribute = keyword(generator, "attribute");
    if (!generator.attribute.given()) fail("map requires a filter argument");
    generator.fallback = keyword(generator, "default");
    const std::size_t known = generator.fallback.given() ? 2 : 1;
    if (generator.keywords.size() != known) fail("Unexpected keyword argument of map");
    if (generator.fallback.is(Kind::none)) generator.fallback = {};
    return;
  }
  const std::string name = str(values[1]);
  const Builtin* filter = find_filter(name);
  if (!filter) fail("No filter named '" + name + "'.");
  apply_from(generator, filter, 2);
}

void prepare_choice(Generator& generator, bool by_attribute) {
  Values& values = generator.values;
  const std::size_t test_at = by_attribute ? 2 : 1;
  if (by_attribute) {
    if (values.size() < 2) fail("Missing parameter for attribute name");
    generator.attribute = values[1];
  }
  if (values.size() <= test_at) return;
  const std::string name = str(values[test_at]);
  const Builtin* test = find_test(name);
  if (!test) fail("No test named '" + name + "'.");
  apply_from(generator, test, test_at + 1);
}

// Whether there is anything to go through; the first time, the arguments are looked at as well.
template <typename Prepare>
bool start(Generator& generator, Prepare prepare) {
  if (std::exchange(generator.started, true)) return true;
  generator.source = {generator.values[0]};
  if (!truth(generator.source.source)) return false;
  prepare(generator);
  return true;
}

Value next_mapped(Context& context, Generator& generator) {
  if (!start(generator, prepare_map)) return {};
  const Value item = next_of(context, generator.source);
  if (!item.given()) return {};
  return generator.function ? apply(context, generator, item)
                            : get_by_path(context, item, generator.attribute, generator.fallback);
}

// select and its like: the items, or those of their attributes, that pass a test; without one, that are true.
template <bool wanted, bool by_attribute>
Value next_chosen(Context& context, Generator& generator) {
  if (!start(generator, [](Generator& each) { prepare_choice(each, by_attribute); })) return {};
  for (;;) {
    const Value item = next_of(context, generator.source);
    if (!item.given()) return {};
    const Value value = get_by_path(context, item, generator.attribute);
    if (truth(generator.function ? apply(context, generator, value) : value) == wanted) return item;
  }
}

Value generate(Context& context, const Arguments& arguments, Value (*next)(Context&, Generator&)) {
  context.heap.reserve(
      static_cast<std::int64_t>((arguments.positional.size() + 2 * arguments.keywords.size()) * sizeof(Value)));
  return context.heap.make(Generator{.next = next,
                                     .values = {arguments.positional.begin(), arguments.positional.end()},
                                     .keywords = {arguments.keywords.begin(), arguments.keywords.end()}});
}

}  // namespace

Value map(Context& context, const Arguments& arguments) { return generate(context, arguments, next_mapped); }
Value select(Context& context, const Arguments& arguments) {
  return generate(context, arguments, next_chosen<true, false>);
}
Value reject(Context& context, const Arguments& arguments) {
  return generate(context, arguments, next_chosen<false, false>);
}
Value selectattr(Context& context, const Arguments& arguments) {
  return generate(context, arguments, next_chosen<true, true>);
}
Value rejectattr(Context& context, const Arguments& arguments) {
  return generate(context, arguments, next_chosen<false, true>);
}

}  // namespace gerbil::jinja::filters
