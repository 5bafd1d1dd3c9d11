// How masks are made: slices of the vocabulary that a string takes as a whole are there already, the others are walked.
#include <algorithm>
#include <utility>

#include "grammar/matcher.hpp"

namespace gerbil::grammar {

Constraint::Constraint(Productions productions, std::shared_ptr<const Vocabulary> vocabulary, const Limits& limits)
    : productions_(std::move(productions)),
      vocabulary_(std::move(vocabulary)),
      limits_(limits),
      memory_(std::make_shared<Memory>(productions_)) {
  productions_.expressions.begin_work();
  memory_->recognizer.begin_work();
}

void Constraint::walk(Memory& memory, const Trie& trie, std::vector<Recognizer::State>& above, MaskWords& mask) const {
  const auto nodes = trie.nodes();
  for (std::uint32_t at = 0; at < nodes.size();) {
    const Trie::Node& node = nodes[at];
    const Recognizer::State next = memory.recognizer.step(above[node.depth - 1u], node.byte);
    if (next == Recognizer::dead) {
      at = node.next;
      continue;
    }
    above[node.depth] = next;
    for (const std::int32_t token : trie.tokens(at)) mask[static_cast<std::size_t>(token) / 32] |= 1u << token % 32;
    ++at;
  }
}

Mask Constraint::compute(Memory& memory, Recognizer::State state) const {
  const auto mask = std::make_shared<MaskWords>(vocabulary_->mask_words());
  const auto allow = [&](std::uint32_t token) { (*mask)[token / 32] |= 1u << token % 32; };
  std::vector<Expression> lexemes;
  const Recognizer::Threads threads = memory.recognizer.threads(state);
  for (std::size_t i = 0; i < threads.size(); ++i) {
    const std::uint32_t left = threads[i].left;
    if (!(left & is_token)) {
      lexemes.push_back(left);
    } else if ((left & ~is_token) < vocabulary_->size()) {
      allow(left & ~is_token);
    }
  }
  if (memory.recognizer.can_end(state)) {
    for (const std::int32_t end : vocabulary_->ends()) allow(static_cast<std::uint32_t>(end));
  }
  // What a lexeme takes of some length, it takes of every smaller one.
  Automaton& automaton = memory.recognizer.automaton();
  const auto taken = [&](Plain kind, std::size_t from) {
    const auto slices = vocabulary_->slices(kind);
    for (const Expression lexeme : lexemes) {
      while (from < slices.size() && automaton.takes(kind, lexeme, slices[from].most)) ++from;
      if (from == slices.size()) break;
    }
    return from;
  };
  const std::size_t plain = taken(Plain::any, 0);
  const std::size_t words = taken(Plain::word, plain);
  std::vector<Recognizer::State> above(vocabulary_->all().depth() + 1, state);
  if (words == 0) {
    walk(memory, vocabulary_->all(), above, *mask);
    return mask;
  }
  walk(memory, vocabulary_->others(), above, *mask);
  for (const auto& [kind, from] : {std::pair{Plain::any, plain}, {Plain::word, words}}) {
    const auto slices = vocabulary_->slices(kind);
    if (from > 0) std::ranges::transform(*mask, vocabulary_->mask(kind, from), mask->begin(), std::bit_or<>());
    std::uint32_t longest = 0;  // characters that one of the lexemes may take
    for (std::size_t i = 0; i < lexemes.size() && from < slices.size() && longest != unbounded; ++i)
      longest = std::max(longest, automaton.longest(kind, lexemes[i]));
    for (std::size_t i = from; i < slices.size() && slices[i].least <= longest; ++i)
      walk(memory, slices[i].trie, above, *mask);
  }
  return mask;
}

Recognizer::State Constraint::read(Memory& memory, Recognizer::State state, std::int32_t token) const {
  if (vocabulary_->special(token)) return memory.recognizer.step_token(state, static_cast<std::uint32_t>(token));
  if (vocabulary_->bytes(token).empty()) return Recognizer::dead;
  for (const char c : vocabulary_->bytes(token)) state = memory.recognizer.step(state, static_cast<std::uint8_t>(c));
  return state;
}

}  // namespace gerbil::grammar
