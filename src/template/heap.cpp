#include "template/heap.hpp"

#include <algorithm>

#include "template/failure.hpp"

namespace gerbil::jinja {
namespace {

constexpr std::int64_t steps_between_looks = 4096;

int deepest(const Values& items) {
  int result = 0;
  for (const Value item : items) result = std::max(result, depth_of(item));
  return result;
}

int bounded(int depth) {
  if (depth > Limits::nesting) {
    fail("a list or dictionary nests deeper than " + std::to_string(Limits::nesting) + " levels");
  }
  return depth;
}

}  // namespace

Heap::Heap(const Limits& limits)
    : limits_(limits),
      steps_left_(limits.steps),
      next_look_(limits.steps - steps_between_looks),
      bytes_left_(limits.bytes),
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
  const int depth = bounded(1 + deepest(items));
  return {kind, make(Sequence{.items = std::move(items), .type = type, .depth = depth})};
}

Value Heap::dict(Dict dict) {
  reserve(static_cast<std::int64_t>(dict.items.size() * sizeof(dict.items[0])));
  int depth = 0;
  for (const auto& [key, value] : dict.items) depth = std::max({depth, depth_of(key), depth_of(value)});
  dict.depth = bounded(1 + depth);
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
