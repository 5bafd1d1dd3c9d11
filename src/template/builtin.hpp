// Functions that are part of the language: filters, tests, global functions, methods.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "template/heap.hpp"
#include "template/value.hpp"

namespace gerbil::jinja {

// What a call passes. The subject of a filter, a test or a method is positional[0].
struct Arguments {
  std::span<const Value> positional;
  std::span<const std::pair<Value, Value>> keywords;  // the first of each pair is a text

  Value subject() const { return positional[0]; }
  Arguments without_subject() const { return {positional.subspan(1), keywords}; }
};

// Where a builtin is called from.
struct Context {
  Heap& heap;
  class Machine* machine = nullptr;
  bool autoescape = false;
  int reading = 0;  // generators that read each other now
};

struct Builtin {
  std::string_view name;
  Value (*call)(Context&, const Arguments&);
};

// Gives each parameter its argument as Python does: by position, then by keyword. What is not given is Kind::absent.
// Throws Failure naming `function` for arguments too many, unknown or given twice, and when one of the first `required`
// is missing.
void bind(std::string_view function, const Arguments& arguments, std::span<const std::string_view> names,
          std::span<Value> values, std::size_t required);

template <std::size_t N>
std::array<Value, N> bind(std::string_view function, const Arguments& arguments, const std::string_view (&names)[N],
                          std::size_t required) {
  std::array<Value, N> values;
  jinja::bind(function, arguments, names, values, required);  // not std::bind
  return values;
}

// Throws Failure when anything but the subject is passed.
Value only_subject(std::string_view function, const Arguments& arguments);

// Conversions of arguments; they throw Failure as Python would.
std::int64_t to_index(Value value);                            // where Python wants an int
std::int64_t to_index_or(Value value, std::int64_t fallback);  // fallback: not given or None
std::string_view to_text(Value value, std::string_view what);

// The next item of what can be iterated: characters of a text, keys of a dictionary; absent at the end. Throws Failure
// for other kinds.
Value next_of(Context& context, Iteration& iteration);
// All of them. A generator is used up.
Values items_of(Context& context, Value value);
// len(value); throws Failure for what has none.
std::int64_t length_of(Context& context, Value value);

// The tables, by name; null when there is none.
const Builtin* find_filter(std::string_view name);
const Builtin* find_test(std::string_view name);
const Builtin* find_global(std::string_view name);
const Builtin* find_method(Kind kind, std::string_view name);

// loop.index and its like; absent for other names.
Value loop_property(Context& context, Loop& loop, std::string_view name);
// Goes on to the next item of a loop and returns it; absent at the end.
Value advance(Context& context, Loop& loop);

// By binary search in a table that is sorted by name.
template <std::size_t N>
const Builtin* find_in(const std::array<Builtin, N>& table, std::string_view name) {
  const auto found = std::ranges::lower_bound(table, name, {}, &Builtin::name);
  return found != table.end() && found->name == name ? &*found : nullptr;
}

}  // namespace gerbil::jinja
