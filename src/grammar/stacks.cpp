#include "grammar/stacks.hpp"

#include <algorithm>

namespace gerbil::grammar {
namespace {

constexpr Stack is_frame = 0x80000000;
constexpr std::uint32_t ended_slot = 0xffffffff;  // in seen_: this stack's top has been read

template <typename T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
}

}  // namespace

Stacks::Stacks(Productions& productions)
    : productions_(productions), permutations_(productions), frame_of_(productions.alternatives.size(), 0) {
  const Return finish{0, bottom};
  keep(std::array<std::uint32_t, 2>{finish.slot, finish.stack}, {finish});
}

Stack Stacks::keep(Words key, const std::vector<Return>& returns) {
  productions_.expressions.spend(key.size());
  const Stack stack = keys_.intern(key);
  if (stack == returns_.size()) {
    returns_.push_back(returns);
    returns_count_ += returns.size();
  }
  return stack;
}

void Stacks::go(std::uint32_t slot, Stack stack) {
  if (!seen_.insert(std::uint64_t{slot} << 32 | stack).second) return;
  productions_.expressions.spend(5);
  const Limits& limits = productions_.expressions.limits();
  if (seen_.size() > 8 * limits.threads) exceed(limits.threads, "ways to read one text", "make it less ambiguous");
  todo_.push_back({slot, stack});
}

void Stacks::end(Stack stack) {
  if (!(stack & is_frame)) {
    if (!seen_.insert(std::uint64_t{ended_slot} << 32 | stack).second) return;
    for (const Return& each : returns_[stack]) go(each.slot, each.stack);
    return;
  }
  std::vector<Stack> ending = {stack};  // not by recursion: a chain of rules may be long
  while (!ending.empty()) {
    const Stack top = ending.back();
    ending.pop_back();
    productions_.expressions.spend(1);
    if (!(top & is_frame)) {
      end(top);
      continue;
    }
    Frame& frame = frames_[top & ~is_frame];
    if (frame.ended) continue;
    frame.ended = true;
    for (const Return& each : frame.returns) go(each.slot, each.stack);
    ending.append_range(frame.same_as);
  }
}

void Stacks::enter(std::uint32_t rule, std::uint32_t slot, Stack stack) {
  permutations_.open(rule);
  if (rule >= frame_of_.size()) frame_of_.resize(productions_.alternatives.size(), 0);
  std::uint32_t& number = frame_of_[rule];
  if (number >= frames_.size() || frames_[number].rule != rule) {
    number = static_cast<std::uint32_t>(frames_.size());
    frames_.push_back({rule, {}, {}, false});
    for (const std::uint32_t alternative : productions_.alternatives[rule]) go(alternative, number | is_frame);
  }
  Frame& frame = frames_[number];
  const bool last = productions_.slots[slot].kind == Symbol::Kind::end;
  if (last) {
    frame.same_as.push_back(stack);
  } else {
    frame.returns.push_back({slot, stack});
  }
  if (!frame.ended) return;
  if (last) {
    end(stack);
  } else {
    go(slot, stack);
  }
}

std::vector<Return> Stacks::all_returns(std::uint32_t number) const {
  std::vector<Return> all;
  std::vector<Stack> open = {number | is_frame};
  std::unordered_set<Stack> seen;
  while (!open.empty()) {
    const Stack each = open.back();
    open.pop_back();
    if (!seen.insert(each).second) continue;
    productions_.expressions.spend(1);
    if (each & is_frame) {
      const Frame& frame = frames_[each & ~is_frame];
      all.append_range(frame.returns);
      open.append_range(frame.same_as);
    } else {
      all.append_range(returns_[each]);
    }
  }
  sort_unique(all);
  return all;
}

// Frames become stacks: those that return to stacks first, then those that return to these. What is left goes round in
// circles, and is kept as one.
std::vector<Stack> Stacks::settle(const std::vector<bool>& wanted) {
  std::vector<std::vector<Return>> returns(frames_.size());
  std::vector<std::uint32_t> open;
  std::vector<bool> needed(frames_.size());
  const auto need = [&](Stack stack) {
    if (!(stack & is_frame) || needed[stack & ~is_frame]) return;
    needed[stack & ~is_frame] = true;
    open.push_back(stack & ~is_frame);
  };
  for (std::uint32_t i = 0; i < frames_.size(); ++i) {
    if (wanted[i]) need(i | is_frame);
  }
  std::vector<std::uint32_t> left;
  while (!open.empty()) {
    const std::uint32_t number = open.back();
    open.pop_back();
    left.push_back(number);
    returns[number] = all_returns(number);
    productions_.expressions.spend(returns[number].size());
    for (const Return& each : returns[number]) need(each.stack);
  }
  std::ranges::sort(left);
  std::vector<Stack> settled(frames_.size(), is_frame);
  const auto place = [&](std::vector<Return>& of) {
    productions_.expressions.spend(1 + of.size());
    for (Return& each : of) {
      if (each.stack & is_frame && !(settled[each.stack & ~is_frame] & is_frame))
        each.stack = settled[each.stack & ~is_frame];
    }
    return std::ranges::none_of(of, [](const Return& each) { return (each.stack & is_frame) != 0; });
  };
  const auto words = [](const std::vector<Return>& of, std::vector<std::uint32_t>& key) {
    for (const Return& each : of) key.insert(key.end(), {each.slot, each.stack});
  };
  for (bool changed = true; changed;) {
    changed = false;
    std::erase_if(left, [&](std::uint32_t number) {
      if (!place(returns[number])) return false;
      sort_unique(returns[number]);
      std::vector<std::uint32_t> key;
      words(returns[number], key);
      settled[number] = keep(key, returns[number]);
      return changed = true;
    });
  }
  if (left.empty()) return settled;
  // The same rules in the same circle: their order is that of the rules' numbers.
  std::ranges::sort(left, {}, [&](std::uint32_t number) { return frames_[number].rule; });
  std::vector<std::uint32_t> position(frames_.size());
  for (std::uint32_t i = 0; i < left.size(); ++i) position[left[i]] = i;
  std::vector<std::uint32_t> circle;
  for (const std::uint32_t number : left) {
    for (Return& each : returns[number]) {
      if (each.stack & is_frame) each.stack = is_frame | position[each.stack & ~is_frame];
    }
    sort_unique(returns[number]);
    circle.push_back(static_cast<std::uint32_t>(returns[number].size()));
    words(returns[number], circle);
  }
  std::vector<Stack> members;
  for (std::uint32_t i = 0; i < left.size(); ++i) {
    std::vector<std::uint32_t> key = {is_frame, i, 0};  // of no other stack: three words before pairs
    key.append_range(circle);
    if (key.size() % 2 == 0) key.push_back(0);
    members.push_back(keep(key, {}));
  }
  for (std::uint32_t i = 0; i < left.size(); ++i) {
    for (Return& each : returns[left[i]]) {
      if (each.stack & is_frame) each.stack = members[each.stack & ~is_frame];
    }
    returns_[members[i]] = returns[left[i]];
    settled[left[i]] = members[i];
  }
  return settled;
}

bool Stacks::open(const std::vector<Return>& from, std::vector<Thread>& threads) {
  frames_.clear();
  seen_.clear();
  bool finished = false;
  const std::size_t first = threads.size();
  for (const Return& each : from) go(each.slot, each.stack);
  while (!todo_.empty()) {
    const Return at = todo_.back();
    todo_.pop_back();
    const Symbol symbol = productions_.slots[at.slot];
    switch (symbol.kind) {
      case Symbol::Kind::lexeme:
        threads.push_back({symbol.value, at.slot + 1, at.stack});
        if (productions_.expressions.matches_empty(symbol.value)) go(at.slot + 1, at.stack);
        break;
      case Symbol::Kind::token:
        threads.push_back({symbol.value | is_token, at.slot + 1, at.stack});
        break;
      case Symbol::Kind::rule:
        enter(symbol.value, at.slot + 1, at.stack);
        break;
      case Symbol::Kind::taken:
        enter(permutations_.behind(symbol.value), at.slot + 1, at.stack);
        break;
      case Symbol::Kind::end:
        end(at.stack);
        break;
      case Symbol::Kind::finish:
        finished = true;
        break;
    }
  }
  const Limits& limits = productions_.expressions.limits();
  if (threads.size() > limits.threads) exceed(limits.threads, "ways to read one text", "make it less ambiguous");
  std::vector<bool> wanted(frames_.size());
  for (std::size_t i = first; i < threads.size(); ++i) {
    if (threads[i].stack & is_frame) wanted[threads[i].stack & ~is_frame] = true;
  }
  const std::vector<Stack> settled = settle(wanted);
  for (std::size_t i = first; i < threads.size(); ++i) {
    if (threads[i].stack & is_frame) threads[i].stack = settled[threads[i].stack & ~is_frame];
  }
  return finished;
}

}  // namespace gerbil::grammar
