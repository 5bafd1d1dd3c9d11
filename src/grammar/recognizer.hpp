// Reads texts byte by byte. A state is the set of all ways to read what was read, as one number, and equal sets are the
// same number: what is known of a state holds wherever it is met again, however deep.
#pragma once

#include <cstdint>
#include <vector>

#include "grammar/automaton.hpp"
#include "grammar/stacks.hpp"

namespace gerbil::grammar {

class Recognizer {
 public:
  using State = std::uint32_t;
  static constexpr State dead = 0;  // no text goes on from here

  explicit Recognizer(const Productions& productions);
  Recognizer(const Recognizer&) = delete;
  Recognizer& operator=(const Recognizer&) = delete;

  State start() const { return start_; }

  // Work is counted from here on: see Limits::work.
  void begin_work() { productions_.expressions.begin_work(); }

  // Every state that is not dead is the beginning of some text of the grammar. Both throw Error{invalid_argument} at a
  // limit.
  State step(State state, std::uint8_t byte);
  State step_token(State state, std::uint32_t token);

  // A state that goes on with fewer than `bytes` bytes just as this one does, and is the same for many.
  State nearby(State state, std::uint32_t bytes);

  bool can_end(State state) const { return states_[state][0] != 0; }

  // The bytes that may follow. One per class: see Automaton.
  Automaton& automaton() { return automaton_; }

  struct Threads {
    Words words;
    std::size_t size() const { return words.size() / 3; }
    Thread operator[](std::size_t i) const { return {words[3 * i], words[3 * i + 1], words[3 * i + 2]}; }
  };
  // Valid until the next step.
  Threads threads(State state) const { return {states_[state].subspan(1)}; }

  // Whether it has grown so far that it should be made again: Limits::recognizer_bytes, or half of what was left of
  // another limit when it was made.
  bool full() const;
  std::size_t bytes() const;

 private:
  State make(std::vector<Thread>& threads, bool can_end);
  State compute(State state, std::uint32_t byte_class);

  Productions productions_;  // expressions grow with their derivatives
  Automaton automaton_;
  Stacks stacks_;
  Interner states_;                  // can_end, threads
  std::vector<std::uint32_t> rows_;  // of each state: its row of steps_, or none
  std::vector<State> steps_;
  State start_ = dead;
  std::size_t first_words_;  // of expressions, in the beginning
};

}  // namespace gerbil::grammar
