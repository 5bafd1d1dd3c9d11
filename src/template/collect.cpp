// Which values are still needed.
#include <algorithm>
#include <type_traits>

#include "template/heap.hpp"

namespace gerbil::jinja {
namespace {

void trace(Marker& marker, const Values& values) {
  for (const Value value : values) marker.reach(value);
  marker.count(values.size() * sizeof(Value));
}

template <typename First>
void trace(Marker& marker, const std::vector<std::pair<First, Value>>& pairs) {
  for (const auto& [first, second] : pairs) {
    if constexpr (std::is_same_v<First, Value>) marker.reach(first);
    marker.reach(second);
  }
  marker.count(pairs.size() * sizeof(pairs[0]));
}

void trace(Marker& marker, const Text& text) { marker.count(text.bytes.size()); }
void trace(Marker& marker, const Sequence& sequence) { trace(marker, sequence.items); }
void trace(Marker& marker, const Dict& dict) { trace(marker, dict.items); }
void trace(Marker& marker, const Generator& generator) {
  marker.reach(generator.source.source);
  trace(marker, generator.values);
  trace(marker, generator.keywords);
  marker.reach(generator.attribute);
  marker.reach(generator.fallback);
  trace(marker, generator.seen);
  marker.reach(generator.scope);
}
void trace(Marker& marker, const Missing& missing) {
  marker.reach(missing.object);
  marker.reach(missing.name);
}
void trace(Marker& marker, const Method& method) { marker.reach(method.self); }
void trace(Marker& marker, const Macro& macro) { marker.reach(macro.scope); }
void trace(Marker& marker, const Loop& loop) {
  marker.reach(loop.iteration.source);
  trace(marker, loop.ahead);
  marker.reach(loop.previous);
  marker.reach(loop.current);
  trace(marker, loop.changed);
  marker.reach(loop.scope);
}
void trace(Marker& marker, const Namespace& space) { trace(marker, space.attributes); }
void trace(Marker& marker, const Cycler& cycler) { trace(marker, cycler.items); }
void trace(Marker& marker, const Joiner& joiner) { marker.reach(joiner.separator); }
void trace(Marker& marker, const Scope& scope) {
  trace(marker, scope.variables);
  marker.reach(scope.parent);
}

}  // namespace

void Marker::reach(Value value) {
  switch (value.kind()) {
    case Kind::absent:
    case Kind::none:
    case Kind::boolean:
    case Kind::integer:
    case Kind::real:
    case Kind::builtin:
    case Kind::self:
      return;
    case Kind::undefined:
      return reach(&value.missing());
    case Kind::text:
      return reach(&value.text());
    case Kind::generator:
      return reach(&value.generator());
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      return reach(&value.sequence());
    case Kind::dict:
      return reach(&value.dict());
    case Kind::method:
      return reach(&value.method());
    case Kind::macro:
      return reach(&value.macro());
    case Kind::loop:
      return reach(&value.loop());
    case Kind::name_space:
      return reach(&value.name_space());
    case Kind::cycler:
      return reach(&value.cycler());
    case Kind::joiner:
      return reach(&value.joiner());
  }
}

std::int64_t Marker::finish() {
  while (!pending_.empty()) {
    const auto next = pending_.back();
    pending_.pop_back();
    std::visit(
        [&]<typename T>(const T* object) {
          count(sizeof(Cell<T>));
          trace(*this, *object);
        },
        next);
  }
  return bytes_;
}

void Heap::collect(const std::function<void(Marker&)>& mark_roots) {
  Marker marker;
  mark_roots(marker);
  bytes_left_ = limits_.bytes - marker.finish();
  due_below_ = bytes_left_ - limits_.garbage;
  const auto sweep = []<typename T>(Pool<T>& pool) {
    while (!pool.cells.empty() && !pool.cells.back().held) pool.cells.pop_back();
    pool.free.clear();
    for (Cell<T>& cell : pool.cells) {
      if (std::exchange(cell.held, false)) continue;
      static_cast<T&>(cell) = T();
      pool.free.push_back(&cell);
    }
  };
  std::apply([&](auto&... pools) { (sweep(pools), ...); }, pools_);
}

void Heap::keep_all() {
  const auto keep = [](auto& pool) {
    for (const auto& cell : pool.cells) cell.held = true;
  };
  std::apply([&](auto&... pools) { (keep(pools), ...); }, pools_);
}

}  // namespace gerbil::jinja
