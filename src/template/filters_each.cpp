// Filters that apply a filter or a test to each item.
#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/print.hpp"

namespace gerbil::jinja::filters {
namespace {

// A filter or test with the arguments that follow its name.
class Applied {
 public:
  Applied(const Builtin* function, const Arguments& arguments, std::size_t from)
      : function_(function), keywords_(arguments.keywords) {
    positional_.emplace_back();
    for (const Value value : arguments.positional.subspan(from)) positional_.push_back(value);
  }
  Value operator()(Context& context, Value subject) {
    context.heap.spend(1);
    positional_[0] = subject;
    return function_->call(context, {positional_, keywords_});
  }

 private:
  const Builtin* function_;
  Values positional_;
  std::span<const std::pair<Value, Value>> keywords_;
};

Value keyword(const Arguments& arguments, std::string_view name) {
  for (const auto& [key, value] : arguments.keywords) {
    if (key.bytes() == name) return value;
  }
  return {};
}

// select and its like: the items, or those of their attributes, that pass a test; without one, that are true.
Value choose(Context& context, const Arguments& arguments, bool wanted, bool by_attribute) {
  if (!truth(arguments.subject())) return context.heap.generator({});
  Value attribute;
  std::size_t test_at = 1;
  if (by_attribute) {
    if (arguments.positional.size() < 2) fail("Missing parameter for attribute name");
    attribute = arguments.positional[1];
    test_at = 2;
  }
  std::optional<Applied> test;
  if (arguments.positional.size() > test_at) {
    const std::string name = str(arguments.positional[test_at]);
    const Builtin* function = find_test(name);
    if (!function) fail("No test named '" + name + "'.");
    test.emplace(function, arguments, test_at + 1);
  }
  Values result;
  for (const Value item : items_of(context.heap, arguments.subject())) {
    const Value value = get_by_path(context, item, attribute);
    if (truth(test ? (*test)(context, value) : value) == wanted) result.push_back(item);
  }
  return context.heap.generator(std::move(result));
}

}  // namespace

Value map(Context& context, const Arguments& arguments) {
  if (!truth(arguments.subject())) return context.heap.generator({});
  Values result;
  if (arguments.positional.size() == 1) {
    const Value attribute = keyword(arguments, "attribute");
    if (!attribute.given()) fail("map requires a filter argument");
    const Value fallback = keyword(arguments, "default");
    const std::size_t known = fallback.given() ? 2 : 1;
    if (arguments.keywords.size() != known) fail("Unexpected keyword argument of map");
    for (const Value item : items_of(context.heap, arguments.subject())) {
      result.push_back(get_by_path(context, item, attribute, fallback.is(Kind::none) ? Value() : fallback));
    }
    return context.heap.generator(std::move(result));
  }
  const std::string name = str(arguments.positional[1]);
  const Builtin* function = find_filter(name);
  if (!function) fail("No filter named '" + name + "'.");
  Applied filter(function, arguments, 2);
  for (const Value item : items_of(context.heap, arguments.subject())) result.push_back(filter(context, item));
  return context.heap.generator(std::move(result));
}

Value select(Context& context, const Arguments& arguments) { return choose(context, arguments, true, false); }
Value reject(Context& context, const Arguments& arguments) { return choose(context, arguments, false, false); }
Value selectattr(Context& context, const Arguments& arguments) { return choose(context, arguments, true, true); }
Value rejectattr(Context& context, const Arguments& arguments) { return choose(context, arguments, false, true); }

}  // namespace gerbil::jinja::filters
