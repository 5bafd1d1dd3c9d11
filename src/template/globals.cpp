// Functions that every template can call: Jinja's, and what transformers adds.
#include <algorithm>
#include <array>
#include <ctime>
#include <format>

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
      for (const Value pair : items_of(context, from)) {
        const Values both = items_of(context, pair);
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

// The directives of Python's strftime() that C's lacks or has otherwise: %f is the microseconds, and a time without a
// zone, as transformers takes it, has nothing to say for %z, %:z and %Z.
std::string without_python_directives(std::string_view pattern, long microseconds) {
  std::string result;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const std::string_view rest = pattern.substr(at);
    if (rest.starts_with("%f")) {
      result += std::format("{:06}", microseconds);
      at += 1;
    } else if (rest.starts_with("%z") || rest.starts_with("%Z")) {
      at += 1;
    } else if (rest.starts_with("%:z")) {
      at += 2;
    } else {
      result += rest[0];
      if (rest[0] == '%' && rest.size() > 1) result += pattern[++at];
    }
  }
  return result;
}

Value strftime_now(Context& context, const Arguments& arguments) {
  const auto [format] = bind("strftime_now", arguments, {"format"}, 1);
  const std::string_view written = to_text(format, "strftime() argument 1");
  if (written.size() > 1000) fail("the format of strftime_now is longer than 1000 bytes");
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm local{};
  localtime_r(&now.tv_sec, &local);
  const std::string pattern = without_python_directives(written, now.tv_nsec / 1000);
  if (pattern.empty()) return context.heap.text("");
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
