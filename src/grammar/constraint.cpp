// How masks are made: slices of the vocabulary that a string takes as a whole are there already, the others are walked.
#include <algorithm>

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

void Constraint::walk(Memory& memory, Recognizer::State state, const Trie& trie, MaskWords& mask) const {
  std::vector<Recognizer::State> above(trie.depth() + 1, state);
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
  for (const Vocabulary::Slice& slice : vocabulary_->slices()) {
    const auto takes = [&](Expression lexeme) {
      return memory.recognizer.automaton().takes_plain(lexeme, slice.plain);
    };
    if (slice.plain > 0 && std::ranges::any_of(lexemes, takes)) {
      std::ranges::transform(*mask, slice.mask, mask->begin(), std::bit_or<>());
    } else {
      walk(memory, state, slice.trie, *mask);
    }
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
