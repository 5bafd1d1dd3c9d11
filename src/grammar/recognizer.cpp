#include "grammar/recognizer.hpp"

#include <algorithm>

namespace gerbil::grammar {
namespace {

constexpr std::uint32_t none = 0xffffffff;

}  // namespace

Recognizer::Recognizer(const Productions& productions)
    : productions_(productions),
      automaton_(productions_.expressions, productions_.lexemes),
      stacks_(productions_),
      first_words_(productions.expressions.words()) {
  std::vector<Thread> threads;
  make(threads, false);
  // As if a rule that stands on the bottom had just called the root.
  std::vector<Return> begins;
  for (const std::uint32_t alternative : productions_.alternatives[productions_.root])
    begins.push_back({alternative, bottom});
  const bool can_end = stacks_.open(begins, threads);
  start_ = make(threads, can_end);
}

Recognizer::State Recognizer::make(std::vector<Thread>& threads, bool can_end) {
  productions_.expressions.spend(2 * threads.size());
  std::ranges::sort(threads);
  threads.erase(std::ranges::unique(threads).begin(), threads.end());
  const Limits& limits = productions_.expressions.limits();
  if (threads.size() > limits.threads) exceed(limits.threads, "ways to read one text", "make it less ambiguous");
  std::vector<std::uint32_t> words = {can_end ? 1u : 0u};
  for (const Thread& each : threads) words.insert(words.end(), {each.left, each.slot, each.stack});
  return states_.intern(words);
}

Recognizer::State Recognizer::step(State state, std::uint8_t byte) {
  const std::uint32_t byte_class = automaton_.class_of(byte);
  if (state >= rows_.size()) rows_.resize(states_.size() + states_.size() / 4 + 64, none);
  if (rows_[state] == none) {
    rows_[state] = static_cast<std::uint32_t>(steps_.size() / automaton_.classes());
    steps_.resize(steps_.size() + automaton_.classes(), none);
  }
  const std::size_t at = std::size_t{rows_[state]} * automaton_.classes() + byte_class;
  if (steps_[at] == none) steps_[at] = compute(state, byte_class);
  return steps_[at];
}

Recognizer::State Recognizer::compute(State state, std::uint32_t byte_class) {
  std::vector<Thread> next;
  std::vector<Return> read;
  const Threads now = threads(state);
  productions_.expressions.spend(1 + now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    Thread thread = now[i];
    if (thread.left & is_token) continue;
    thread.left = automaton_.step(thread.left, byte_class);
    if (thread.left == nothing) continue;
    if (automaton_.matches_empty(thread.left)) read.push_back({thread.slot, thread.stack});
    if (thread.left != empty) next.push_back(thread);
  }
  const bool can_end = !read.empty() && stacks_.open(read, next);
  return make(next, can_end);
}

Recognizer::State Recognizer::nearby(State state, std::uint32_t bytes) {
  std::vector<Thread> all;
  bool same = true;
  const Threads now = threads(state);
  for (std::size_t i = 0; i < now.size(); ++i) {
    Thread thread = now[i];
    if (!(thread.left & is_token)) thread.left = productions_.expressions.nearby(thread.left, bytes);
    same &= thread.left == now[i].left;
    all.push_back(thread);
  }
  return same ? state : make(all, can_end(state));
}

Recognizer::State Recognizer::step_token(State state, std::uint32_t token) {
  std::vector<Return> read;
  const Threads now = threads(state);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i].left == (token | is_token)) read.push_back({now[i].slot, now[i].stack});
  }
  std::vector<Thread> next;
  const bool can_end = !read.empty() && stacks_.open(read, next);
  return make(next, can_end);
}

std::size_t Recognizer::bytes() const {
  return states_.bytes() + 4 * (rows_.capacity() + steps_.capacity()) + stacks_.bytes() + automaton_.bytes() +
         4 * productions_.expressions.words();
}

bool Recognizer::full() const {
  const Limits& limits = productions_.expressions.limits();
  const std::size_t states = states_.bytes() + 4 * (rows_.capacity() + steps_.capacity()) + stacks_.bytes();
  const std::size_t words = productions_.expressions.words();
  return states > limits.recognizer_bytes || automaton_.bytes() > limits.automaton_bytes / 2 ||
         words > first_words_ + (limits.expression_words - std::min(first_words_, limits.expression_words)) / 2;
}

}  // namespace gerbil::grammar
