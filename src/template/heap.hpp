// What one rendering allocates and how much work it may do.
//
// Values are freed by marking and sweeping (McCarthy 1960), between two instructions of the machine: what a builtin has
// in its hands is safe while it runs. A rendering that makes little is never interrupted, and frees everything at its
// end.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "template/value.hpp"

namespace gerbil::jinja {

// Far above what any published template needs, far below what would hurt.
struct Limits {
  std::int64_t steps = 50'000'000;                   // instructions, and items and 16 bytes of text that they touch
  std::int64_t bytes = 256ll << 20;                  // of values and output that something still holds
  std::int64_t garbage = 32ll << 20;                 // may be made before what nothing holds is looked for
  int calls = 200;                                   // macros, callers and recursive loops inside each other
  std::chrono::milliseconds time{10'000};            // of one rendering
  static constexpr int nesting = 128;                // of lists and dictionaries
  static constexpr std::int64_t values = 5'000'000;  // in a list or dictionary, at every depth
  static constexpr std::size_t printed = std::size_t{64} << 20;  // bytes of one value
  static constexpr int source_nesting = 200;                     // of blocks and expressions in the source
};

// A place for an object.
template <typename T>
struct Cell : T {
  mutable bool held = false;  // something refers to it, as far as is known yet
};

template <typename T>
struct Pool {
  std::deque<Cell<T>> cells;
  std::vector<Cell<T>*> free;
};

// Finds what is still needed, from the values that a template can get at.
class Marker {
 public:
  void reach(Value value);
  template <typename T>
  void reach(const T* object) {
    if (!object) return;
    const auto& cell = static_cast<const Cell<T>&>(*object);
    if (cell.held) return;  // and is not written to: programs share their constants
    cell.held = true;
    pending_.emplace_back(object);
  }
  void count(std::size_t bytes) { bytes_ += static_cast<std::int64_t>(bytes); }
  // Goes on from there, without recursion. Returns the bytes of everything.
  std::int64_t finish();

 private:
  std::vector<std::variant<const Text*, const Sequence*, const Generator*, const Dict*, const Missing*, const Method*,
                           const Macro*, const Loop*, const Namespace*, const Cycler*, const Joiner*, const Scope*>>
      pending_;
  std::int64_t bytes_ = 0;
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
  void give_back(std::int64_t bytes) { bytes_left_ += bytes; }

  Value text(std::string bytes, bool markup = false);
  Value list(Values items) { return sequence(Kind::list, std::move(items), "list"); }
  Value tuple(Values items) { return sequence(Kind::tuple, std::move(items), "tuple"); }
  Value sequence(Kind kind, Values items, std::string_view type);
  Value dict(Dict dict);
  Value undefined(Missing missing);
  Value undefined(std::string_view sentence) { return undefined(Missing{.sentence = sentence}); }
  const Limits& limits() const { return limits_; }

  // Anything else.
  template <typename T>
  T* make(T object) {
    reserve(sizeof(Cell<T>));
    auto& pool = std::get<Pool<T>>(pools_);
    if (pool.free.empty()) return &pool.cells.emplace_back(std::move(object));
    Cell<T>* cell = pool.free.back();
    pool.free.pop_back();
    static_cast<T&>(*cell) = std::move(object);
    return cell;
  }

  // Whether so much was made that it is time to collect().
  bool is_due() const { return bytes_left_ < due_below_; }
  // Frees what is not reached from what `mark_roots` marks.
  void collect(const std::function<void(Marker&)>& mark_roots);
  // Everything in here stays, and no collection of another heap writes to it.
  void keep_all();

 private:
  void look_at_clock();
  Limits limits_;
  std::int64_t steps_left_;
  std::int64_t next_look_;
  std::int64_t bytes_left_;
  std::int64_t due_below_;
  std::chrono::steady_clock::time_point end_;
  std::tuple<Pool<Text>, Pool<Sequence>, Pool<Generator>, Pool<Dict>, Pool<Missing>, Pool<Method>, Pool<Macro>,
             Pool<Loop>, Pool<Namespace>, Pool<Cycler>, Pool<Joiner>, Pool<Scope>>
      pools_;
};

// Inserts, or replaces the value of an equal key.
void insert(Heap& heap, Dict& dict, Value key, Value value);

}  // namespace gerbil::jinja
