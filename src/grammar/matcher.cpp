#include "grammar/matcher.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::size_t least_bytes = 1 << 20;
constexpr std::size_t longest_forced = 1024;
constexpr std::size_t most_forced_threads = 256;  // a byte costs as much as there are ways to read it

}  // namespace

Matcher::Matcher(std::shared_ptr<Constraint> constraint) : constraint_(std::move(constraint)) {
  const std::lock_guard lock(constraint_->mutex_);
  memory_ = constraint_->memory_;
  state_ = memory_->recognizer.start();
}

// When what is remembered has grown too large, this answer is read again by a memory that is new.
// Every call begins here.
Constraint::Memory& Matcher::memory() {
  Constraint& constraint = *constraint_;
  memory_->recognizer.begin_work();
  if (!memory_->recognizer.full()) return *memory_;
  if (constraint.memory_->recognizer.full())
    constraint.memory_ = std::make_shared<Constraint::Memory>(constraint.productions_);
  Recognizer& fresh = constraint.memory_->recognizer;
  Recognizer::State state = fresh.start();
  fresh.begin_work();
  for (const std::int32_t token : tokens_) {
    state = constraint.read(*constraint.memory_, state, token);
    // It would be read again at every call, which only a little is cheap enough for.
    if (fresh.full() && fresh.bytes() > least_bytes)
      exceed(constraint.limits_.recognizer_bytes, "bytes to read one answer", "make it less ambiguous or less nested");
  }
  memory_ = constraint.memory_;
  state_ = state;
  return *memory_;
}

Mask Matcher::mask() {
  const std::lock_guard lock(constraint_->mutex_);
  const Vocabulary& vocabulary = *constraint_->vocabulary_;
  if (ended_) return std::make_shared<MaskWords>(vocabulary.mask_words());
  Constraint::Memory& known = memory();
  // Deep inside a long text one place is like another.
  const Recognizer::State state = known.recognizer.nearby(state_, vocabulary.all().depth() + 1);
  if (const auto at = known.masks.find(state); at != known.masks.end()) return at->second;
  Mask mask = constraint_->compute(known, state);
  if (4 * vocabulary.mask_words() * (known.masks.size() + 1) > constraint_->limits_.mask_bytes) known.masks.clear();
  known.masks.emplace(state, mask);
  constraint_->bytes_ = known.recognizer.bytes() + 4 * vocabulary.mask_words() * known.masks.size();
  return mask;
}

bool Matcher::accept(std::int32_t token) {
  const std::lock_guard lock(constraint_->mutex_);
  const Vocabulary& vocabulary = *constraint_->vocabulary_;
  if (ended_ || token < 0 || static_cast<std::size_t>(token) >= vocabulary.size()) return false;
  Constraint::Memory& known = memory();
  const Recognizer::State next = constraint_->read(known, state_, token);
  if (next == Recognizer::dead) {
    if (!vocabulary.ends(token) || !known.recognizer.can_end(state_)) return false;
    ended_ = true;
    return true;
  }
  state_ = next;
  tokens_.push_back(token);
  return true;
}

// Whether exactly one byte may follow, and whether any does.
bool Matcher::only_byte(Recognizer::State state, std::uint8_t& byte, bool& any) {
  Recognizer& recognizer = memory_->recognizer;
  Automaton& automaton = recognizer.automaton();
  const Recognizer::Threads threads = recognizer.threads(state);
  for (std::size_t i = 0; i < threads.size(); ++i) any |= (threads[i].left & is_token) != 0;
  bool only = !any;
  for (std::uint32_t each = 0; each < automaton.classes(); ++each) {
    if (recognizer.step(state, automaton.member(each)) == Recognizer::dead) continue;
    only = only && !any && automaton.single(each);
    any = true;
    byte = automaton.member(each);
  }
  return only && any;
}

std::string Matcher::forced() {
  const std::lock_guard lock(constraint_->mutex_);
  std::string made;
  if (ended_) return made;
  memory();
  Recognizer::State state = state_;
  std::uint8_t byte = 0;
  for (bool any = false; made.size() < longest_forced; any = false) {
    if (memory_->recognizer.threads(state).size() > most_forced_threads) return made;
    if (memory_->recognizer.can_end(state) || !only_byte(state, byte, any)) return made;
    made += static_cast<char>(byte);
    state = memory_->recognizer.step(state, byte);
  }
  return made;
}

bool Matcher::reads(std::string_view bytes) {
  const std::lock_guard lock(constraint_->mutex_);
  if (ended_) return bytes.empty();
  memory();
  Recognizer::State state = state_;
  for (const char c : bytes) state = memory_->recognizer.step(state, static_cast<std::uint8_t>(c));
  return state != Recognizer::dead;
}

bool Matcher::can_end() {
  const std::lock_guard lock(constraint_->mutex_);
  return !ended_ && memory_->recognizer.can_end(state_);
}

bool Matcher::is_complete() {
  const std::lock_guard lock(constraint_->mutex_);
  if (ended_) return true;
  memory();
  if (!memory_->recognizer.can_end(state_)) return false;
  std::uint8_t byte = 0;
  bool any = false;
  only_byte(state_, byte, any);
  return !any;
}

}  // namespace gerbil::grammar
