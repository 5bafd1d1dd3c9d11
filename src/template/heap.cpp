#include "template/heap.hpp"

#include <algorithm>

#include "template/failure.hpp"

namespace gerbil::jinja {
namespace {

constexpr std::int64_t steps_between_looks = 4096;

// That of something which holds values of the extents that are added.
class Total {
 public:
  void add(Value value) {
    const Extent inside = extent_of(value);
    total_.depth = std::max(total_.depth, inside.depth + 1);
    total_.values += inside.values;
    if (total_.depth > Limits::nesting) {
      fail("a list or dictionary nests deeper than " + std::to_string(Limits::nesting) + " levels");
    }
    if (total_.values > Limits::values) {
      fail("a list or dictionary holds more than " + std::to_string(Limits::values) + " values");
    }
  }
  Extent extent() const { return total_; }

 private:
  Extent total_{.depth = 1};
};

}  // namespace

Heap::Heap(const Limits& limits)
    : limits_(limits),
      steps_left_(limits.steps),
      next_look_(limits.steps - steps_between_looks),
      bytes_left_(limits.bytes),
      due_below_(limits.bytes - limits.garbage),
      end_(std::chrono::steady_clock::now() + limits.time) {}

void Heap::look_at_clock() {
  if (steps_left_ < 0) {
    fail("the template takes more than " + std::to_string(limits_.steps) + " steps: does a loop in it never end?");
  }
  next_look_ = steps_left_ - steps_between_looks;
  if (std::chrono::steady_clock::now() > end_) {
    fail("the template takes longer than " + std::to_string(limits_.time.count()) + " ms");
  }
}

void Heap::reserve(std::int64_t bytes) {
  bytes_left_ -= bytes;
  if (bytes_left_ < 0) {
    fail("the template needs more than " + std::to_string(limits_.bytes >> 20) + " MiB of memory");
  }
  spend(bytes / 64);
}

Value Heap::text(std::string bytes, bool markup) {
  reserve(static_cast<std::int64_t>(bytes.size()));
  return make(Text{.bytes = std::move(bytes), .markup = markup});
}

Value Heap::sequence(Kind kind, Values items, std::string_view type) {
  reserve(static_cast<std::int64_t>(items.size() * sizeof(Value)));
  Total total;
  for (const Value item : items) total.add(item);
  return {kind, make(Sequence{.items = std::move(items), .type = type, .extent = total.extent()})};
}

Value Heap::dict(Dict dict) {
  reserve(static_cast<std::int64_t>(dict.items.size() * sizeof(dict.items[0])));
  Total total;
  for (const auto& [key, value] : dict.items) {
    total.add(key);
    total.add(value);
  }
  dict.extent = total.extent();
  return make(std::move(dict));
}

Value Heap::undefined(Missing missing) { return make(missing); }

void insert(Heap& heap, Dict& dict, Value key, Value value) {
  heap.spend(1 + static_cast<std::int64_t>(dict.items.size()) / 16);
  if (const Value* found = find(dict, key)) {
    *const_cast<Value*>(found) = value;  // the caller's own dictionary
  } else {
    dict.items.emplace_back(key, value);
  }
}

}  // namespace gerbil::jinja
