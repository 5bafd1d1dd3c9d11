// The variable `loop`. Reference: jinja2.runtime.LoopContext.
#include <utility>

#include "template/builtin.hpp"

namespace gerbil::jinja {
namespace {

// Reads up to `count` items before their turn. Returns how many there are.
std::size_t read_ahead(Context& context, Loop& loop, std::size_t count) {
  while (loop.ahead.size() - loop.taken < count) {
    const Value item = next_of(context, loop.iteration);
    if (!item.given()) break;
    context.heap.reserve(sizeof(Value));
    loop.ahead.push_back(item);
  }
  return loop.ahead.size() - loop.taken;
}

// What has no length is read to its end for it.
std::int64_t length_of(Context& context, Loop& loop) {
  const Value source = loop.iteration.source;
  if (!source.is(Kind::generator) && !source.is(Kind::loop)) return jinja::length_of(context, source);
  return loop.index + 1 + static_cast<std::int64_t>(read_ahead(context, loop, SIZE_MAX));
}

}  // namespace

Value advance(Context& context, Loop& loop) {
  if (loop.taken == loop.ahead.size()) {
    context.heap.give_back(static_cast<std::int64_t>(loop.taken * sizeof(Value)));
    loop.ahead.clear();
    loop.taken = 0;
  }
  const Value item = loop.ahead.empty() ? next_of(context, loop.iteration) : loop.ahead[loop.taken++];
  if (!item.given()) return item;
  ++loop.index;
  loop.previous = std::exchange(loop.current, item);
  return item;
}

Value loop_property(Context& context, Loop& loop, std::string_view name) {
  const auto boolean = [](bool value) { return Value::boolean(value); };
  const auto integer = [](std::int64_t value) { return Value::integer(value); };
  if (name == "index") return integer(loop.index + 1);
  if (name == "index0") return integer(loop.index);
  if (name == "revindex") return integer(length_of(context, loop) - loop.index);
  if (name == "revindex0") return integer(length_of(context, loop) - loop.index - 1);
  if (name == "first") return boolean(loop.index == 0);
  if (name == "last") return boolean(read_ahead(context, loop, 1) == 0);
  if (name == "length") return integer(length_of(context, loop));
  if (name == "depth") return integer(loop.depth + 1);
  if (name == "depth0") return integer(loop.depth);
  if (name == "previtem") return loop.index > 0 ? loop.previous : context.heap.undefined("there is no previous item");
  if (name == "nextitem") {
    return read_ahead(context, loop, 1) > 0 ? loop.ahead[loop.taken] : context.heap.undefined("there is no next item");
  }
  return {};
}

}  // namespace gerbil::jinja
