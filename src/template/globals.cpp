// Functions that every template can call: Jinja's, and what transformers adds.
#include <algorithm>
#include <array>
#include <ctime>

#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "template/print.hpp"

namespace gerbil::jinja {
namespace {

// The sandbox' limit (jinja2.sandbox.MAX_RANGE).
constexpr std::int64_t longest_range = 100'000;

Value range_(Context& context, const Arguments& arguments) {
  if (!arguments.keywords.empty()) fail("range() takes no keyword arguments");
  const auto [first, second, third] = bind("range", arguments, {"start", "stop", "step"}, 1);
  const std::int64_t start = second.given() ? to_index(first) : 0;
  const std::int64_t stop = to_index(second.given() ? second : first);
  const std::int64_t step = third.given() ? to_index(third) : 1;
  if (step == 0) fail("range() arg 3 must not be zero");
  Values items;
  for (std::int64_t i = start; step > 0 ? i < stop : i > stop;) {
    items.push_back(Value::integer(i));
    if (static_cast<std::int64_t>(items.size()) > longest_range) {
      fail("Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + std::to_string(longest_range) + ").");
    }
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  const Value result = context.heap.sequence(Kind::range, std::move(items), "range");
  const std::int64_t parts[] = {start, stop, step};
  std::ranges::copy(parts, result.sequence().range);
  return result;
}

// dict(pairs, name=value…)
Value dict_(Context& context, const Arguments& arguments) {
  if (arguments.positional.size() > 1) {
    fail("dict expected at most 1 argument, got " + std::to_string(arguments.positional.size()));
  }
  Dict result;
  if (!arguments.positional.empty()) {
    const Value from = arguments.subject();
    require_defined(from);
    if (from.is(Kind::dict)) {
      result.items = from.dict().items;
    } else {
      for (const Value pair : items_of(context.heap, from)) {
        const Values both = items_of(context.heap, pair);
        if (both.size() != 2)
          fail("dictionary update sequence element has length " + std::to_string(both.size()) + "; 2 is required");
        insert(context.heap, result, both[0], both[1]);
      }
    }
  }
  for (const auto& [name, value] : arguments.keywords) insert(context.heap, result, name, value);
  return context.heap.dict(std::move(result));
}

Value namespace_(Context& context, const Arguments& arguments) {
  const Value attributes = dict_(context, arguments);
  return context.heap.make(Namespace{attributes.dict()});
}

Value cycler_(Context& context, const Arguments& arguments) {
  if (arguments.positional.empty()) fail("at least one item has to be provided");
  return context.heap.make(Cycler{{arguments.positional.begin(), arguments.positional.end()}});
}

Value joiner_(Context& context, const Arguments& arguments) {
  const auto [separator] = bind("joiner", arguments, {"sep"}, 0);
  return context.heap.make(Joiner{separator.given() ? separator : context.heap.text(", ")});
}

Value raise_exception(Context&, const Arguments& arguments) {
  const auto [message] = bind("raise_exception", arguments, {"message"}, 1);
  throw Raised(str(message));
}

Value strftime_now(Context& context, const Arguments& arguments) {
  const auto [format] = bind("strftime_now", arguments, {"format"}, 1);
  const std::string pattern(to_text(format, "strftime() argument 1"));
  if (pattern.empty()) return context.heap.text("");
  if (pattern.size() > 1000) fail("the format of strftime_now is longer than 1000 bytes");
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::string result(pattern.size() * 64 + 64, '\0');
  result.resize(std::strftime(result.data(), result.size(), pattern.c_str(), &local));
  return context.heap.text(std::move(result));
}

constexpr std::array<Builtin, 7> globals = {{{"cycler", cycler_},
                                             {"dict", dict_},
                                             {"joiner", joiner_},
                                             {"namespace", namespace_},
                                             {"raise_exception", raise_exception},
                                             {"range", range_},
                                             {"strftime_now", strftime_now}}};

}  // namespace

const Builtin* find_global(std::string_view name) { return find_in(globals, name); }

}  // namespace gerbil::jinja
