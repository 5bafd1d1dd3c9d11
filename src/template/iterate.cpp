// What can be gone through: sequences at once, generators and loops as they come.
#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

Value next_of(Context& context, Generator& generator) {
  if (generator.next == nullptr) return {};
  if (generator.running) fail("generator already executing");
  generator.running = true;
  const Value item = generator.next(context, generator);
  generator.running = false;
  if (!item.given()) generator.next = nullptr;
  return item;
}

// A loop is gone through with itself beside each item.
Value next_of(Context& context, Value loop) {
  const Value item = advance(context, loop.loop());
  return item.given() ? context.heap.tuple({item, loop}) : Value();
}

}  // namespace

Value next_of(Context& context, Iteration& iteration) {
  const Value source = iteration.source;
  switch (source.kind()) {
    case Kind::undefined:
      return {};
    case Kind::text: {
      const std::string_view rest = source.bytes().substr(iteration.at);
      if (rest.empty()) return {};
      const std::size_t size = tokenizer::utf8_unit(rest, 0).size;
      iteration.at += size;
      return context.heap.text(std::string(rest.substr(0, size)));
    }
    case Kind::dict: {
      const auto& items = source.dict().items;
      return iteration.at < items.size() ? items[iteration.at++].first : Value();
    }
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range: {
      const Values& items = source.sequence().items;
      return iteration.at < items.size() ? items[iteration.at++] : Value();
    }
    case Kind::generator:
    case Kind::loop: {
      if (++context.reading > Limits::nesting) {
        fail("generators read each other deeper than " + std::to_string(Limits::nesting) + " levels");
      }
      context.heap.spend(1);
      const Value item = source.is(Kind::loop) ? next_of(context, source) : next_of(context, source.generator());
      --context.reading;
      return item;
    }
    default:
      fail("'" + std::string(type_name(source)) + "' object is not iterable");
  }
}

Values items_of(Context& context, Value value) {
  Values result;
  if (value.is_sequence()) {
    result = value.sequence().items;
  } else {
    Iteration iteration{value};
    for (Value item = next_of(context, iteration); item.given(); item = next_of(context, iteration)) {
      context.heap.reserve(sizeof(Value));
      result.push_back(item);
    }
    context.heap.give_back(static_cast<std::int64_t>(result.size() * sizeof(Value)));
  }
  context.heap.spend(static_cast<std::int64_t>(result.size()));
  return result;
}

std::int64_t length_of(Context& context, Value value) {
  switch (value.kind()) {
    case Kind::undefined:
      return 0;
    case Kind::text:
      return length(value.text());
    case Kind::dict:
      return static_cast<std::int64_t>(value.dict().items.size());
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      return static_cast<std::int64_t>(value.sequence().items.size());
    case Kind::loop:
      return loop_property(context, value.loop(), "length").as_integer();
    default:
      fail("object of type '" + std::string(type_name(value)) + "' has no len()");
  }
}

}  // namespace gerbil::jinja
