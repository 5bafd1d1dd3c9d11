// What one rendering allocates and how much work it may do.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <tuple>
#include <utility>

#include "template/value.hpp"

namespace gerbil::jinja {

// Far above what any published template needs, far below what would hurt.
struct Limits {
  std::int64_t steps = 50'000'000;            // instructions, and items and 16 bytes of text that they touch
  std::int64_t bytes = 256ll << 20;           // of values and output
  int calls = 200;                            // macros, callers and recursive loops inside each other
  std::chrono::milliseconds time{10'000};     // of one rendering
  static constexpr int nesting = 128;         // of lists and dictionaries
  static constexpr int source_nesting = 200;  // of blocks and expressions in the source
};

class Heap {
 public:
  explicit Heap(const Limits& limits);
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // Throw Failure when a limit is reached.
  void spend(std::int64_t steps) {
    steps_left_ -= steps;
    if (steps_left_ < next_look_) look_at_clock();
  }
  void reserve(std::int64_t bytes);

  Value text(std::string bytes, bool markup = false);
  Value list(Values items) { return sequence(Kind::list, std::move(items), "list"); }
  Value tuple(Values items) { return sequence(Kind::tuple, std::move(items), "tuple"); }
  Value generator(Values items) { return sequence(Kind::generator, std::move(items), "generator"); }
  Value sequence(Kind kind, Values items, std::string_view type);
  Value dict(Dict dict);
  Value undefined(Missing missing);
  Value undefined(std::string_view sentence) { return undefined(Missing{.sentence = sentence}); }
  const Limits& limits() const { return limits_; }

  // Anything else that lives until the end of the rendering.
  template <typename T>
  T* make(T object) {
    reserve(sizeof(T));
    return &std::get<std::deque<T>>(objects_).emplace_back(std::move(object));
  }

 private:
  void look_at_clock();
  Limits limits_;
  std::int64_t steps_left_;
  std::int64_t next_look_;
  std::int64_t bytes_left_;
  std::chrono::steady_clock::time_point end_;
  std::tuple<std::deque<Text>, std::deque<Sequence>, std::deque<Dict>, std::deque<Missing>, std::deque<Method>,
             std::deque<Macro>, std::deque<Loop>, std::deque<Namespace>, std::deque<Cycler>, std::deque<Joiner>>
      objects_;
};

// Inserts, or replaces the value of an equal key.
void insert(Heap& heap, Dict& dict, Value key, Value value);

}  // namespace gerbil::jinja
