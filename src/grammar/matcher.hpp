// What the next token of an answer may be, so that the answer fits a grammar.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/recognizer.hpp"
#include "grammar/vocabulary.hpp"

namespace gerbil::grammar {

using Mask = std::shared_ptr<const MaskWords>;

// A grammar over a vocabulary, and what was learned of its states: shared by all its answers, from any thread.
class Constraint {
 public:
  // Throws Error{invalid_argument} when the first states are beyond a limit.
  Constraint(Productions productions, std::shared_ptr<const Vocabulary> vocabulary, const Limits& limits = {});

  // What it has grown to; more may be held by answers that began earlier.
  std::size_t bytes() const { return bytes_; }

 private:
  friend class Matcher;

  // Grows until Limits::recognizer_bytes, and is then begun again, while matchers that were at work hold the old one.
  struct Memory {
    explicit Memory(const Productions& productions) : recognizer(productions) {}
    Recognizer recognizer;
    std::unordered_map<Recognizer::State, Mask> masks;
  };

  Mask compute(Memory& memory, Recognizer::State state) const;
  // `above`: the state before a token, and room for the states of all depths.
  void walk(Memory& memory, const Trie& trie, std::vector<Recognizer::State>& above, MaskWords& mask) const;
  Recognizer::State read(Memory& memory, Recognizer::State state, std::int32_t token) const;

  Productions productions_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  Limits limits_;
  std::mutex mutex_;
  std::shared_ptr<Memory> memory_;
  std::atomic<std::size_t> bytes_ = 0;
};

// The state of one answer. A copy is a state of its own, and cheap: one may try tokens on it. All functions throw
// Error{invalid_argument} at a limit; the matcher is then as before.
class Matcher {
 public:
  explicit Matcher(std::shared_ptr<Constraint> constraint);

  // The tokens that may come next, as Sampling::mask wants them. All zeros once the text has ended. Of tokens that are
  // not special every one whose bytes the grammar goes on with; of special ones those that it names here; end tokens
  // where the text may end.
  Mask mask();

  // Goes on with the token; false, and nothing happens, when the mask does not have it.
  bool accept(std::int32_t token);

  // The bytes that must come next, as far as there is no choice: at most 1,024, and fewer in very ambiguous grammars.
  std::string forced();

  // Whether the text may go on with these bytes.
  bool reads(std::string_view bytes);

  bool can_end();      // the text may end here
  bool is_complete();  // it must: nothing can follow but an end token
  bool has_ended() const { return ended_; }

 private:
  Constraint::Memory& memory();
  bool only_byte(Recognizer::State state, std::uint8_t& byte, bool& any);

  std::shared_ptr<Constraint> constraint_;
  std::shared_ptr<Constraint::Memory> memory_;
  Recognizer::State state_ = Recognizer::dead;
  std::vector<std::int32_t> tokens_;  // accepted
  bool ended_ = false;
};

}  // namespace gerbil::grammar
