// What of a scheduler is about tokens that are guessed ahead.
#include <algorithm>
#include <utility>

#include "runtime/scheduler.hpp"

namespace gerbil::runtime {

// A drafter guesses what comes after tokens that are known.
bool Scheduler::must_see_token(const Sequence& sequence) const {
  return sequence.must_see_token() ||
         (options_.drafter && sequence.awaits_token() && drafts_wanted(sequence, draft_rows()) > 0);
}

// How many guesses a step has room for beside a token of everybody who decodes.
std::int32_t Scheduler::draft_rows() const {
  if (options_.draft_tokens == 0) return 0;
  const auto decoded = static_cast<std::int32_t>(
      std::ranges::count_if(running_, [](const auto& entry) { return entry.second->decodes(); }));
  return std::max(0, std::min({options_.draft_rows, options_.step_tokens, options_.max_outputs}) - decoded);
}

std::int32_t Scheduler::guesses_wanted(const Sequence& sequence, std::int32_t rows) const {
  if (!sequence.decodes() || sequence.paused) return 0;
  const std::int32_t left = sequence.limit - sequence.generated() - 1;
  const std::int32_t most = sequence.draft_length.next(std::min({options_.draft_tokens, rows, left}));
  return std::max(0, cache_.guessable(sequence, most));
}

// And how many of the drafter.
std::int32_t Scheduler::drafts_wanted(const Sequence& sequence, std::int32_t rows) const {
  const std::int32_t most = guesses_wanted(sequence, rows);
  const bool free = options_.draft_cost == 0.0 && options_.draft_start == 0.0;
  return free ? most : sequence.draft_length.next(most, options_.draft_cost, options_.draft_start);
}

std::int32_t Scheduler::handed_rows(const Sequence& sequence) const {
  return options_.handed_width == 0 ? 0
                                    : static_cast<std::int32_t>(std::ssize(sequence.handed) / options_.handed_width);
}

// Whether so many rows wait that the drafter reads them whether or not there is anything to guess.
bool Scheduler::many_handed() const {
  std::int64_t rows = 0;
  for (const auto& [order, sequence] : running_) rows += handed_rows(*sequence);
  return options_.handed_width > 0 && rows >= options_.handed_rows && draft_rows() > 0;
}

// How many of so many guesses have pages. Some are taken for them where there are enough for everybody's token beside
// them; otherwise guesses end with the page.
std::int32_t Scheduler::make_room(Sequence& sequence, std::int32_t guesses) {
  if (guesses == 0) return 0;
  const std::int32_t tokens = sequence.computed + 1 + guesses;
  BlockCounts wanted = cache_.missing(sequence, tokens);
  for (std::int32_t& count : wanted) count += static_cast<std::int32_t>(running_.size());
  if (cache_.obtainable(wanted)) cache_.grow(sequence, tokens);
  return std::clamp(cache_.room(sequence) - sequence.computed - 1, 0, guesses);
}

// Of the tokens that turned out right. Where others have computed pages meanwhile, what came before is of no use.
void Scheduler::take_handed(const StepPart& part, std::span<const float> rows) {
  Sequence& sequence = *part.sequence;
  const std::int32_t count = part.count - part.guessed() + part.accepted;
  if (sequence.handed_end != part.begin) sequence.handed.clear();
  sequence.handed.append_range(
      rows.first(static_cast<std::size_t>(count) * static_cast<std::size_t>(options_.handed_width)));
  sequence.handed_end = part.begin + count;
}

// Where a token is awaited, what comes after it is guessed as if it were the one that was guessed to be next.
void Scheduler::add_guesses(Sequence& sequence, StepPart& part, std::int32_t rows) {
  const std::int32_t most = guesses_wanted(sequence, rows);
  std::vector<std::int32_t> guesses = std::exchange(sequence.guesses, {});
  if (most == 0) return;
  if (guesses.empty()) {
    const std::size_t awaited = sequence.awaits_token() ? 1 : 0;
    const auto known = std::span(sequence.tokens).first(sequence.tokens.size() - awaited);
    guesses = sequence.lookup.find(known, static_cast<std::size_t>(most) + awaited);
    if (awaited > 0 && !guesses.empty()) guesses.erase(guesses.begin());
  }
  const std::int32_t found = std::min(static_cast<std::int32_t>(guesses.size()), most);
  guesses.resize(static_cast<std::size_t>(make_room(sequence, found)));
  part.guesses = std::move(guesses);
  part.slots = cache_.guess_slots(part.guessed());
  part.count += part.guessed();
}

std::vector<Draft> Scheduler::undrafted() {
  std::vector<Draft> drafts;
  if (!steps_.empty()) return drafts;
  std::int32_t rows = draft_rows();
  if (rows == 0) return drafts;
  const bool many = many_handed();
  for (const auto& [order, sequence] : running_) {
    std::int32_t most = 0;
    if (sequence->guesses.empty()) {
      const std::int32_t looked_up = guesses_wanted(*sequence, rows);
      if (looked_up > 0)
        sequence->guesses = sequence->lookup.find(sequence->tokens, static_cast<std::size_t>(looked_up));
      if (sequence->guesses.empty()) most = drafts_wanted(*sequence, rows);
      rows -= looked_up;
    }
    if (most > 0) most = make_room(*sequence, most);
    if (most == 0 && (!many || sequence->handed.empty())) continue;
    Draft& draft = drafts.emplace_back(sequence->id, sequence->tokens, Sampling(), most);
    if (most > 0) draft.sampling = sequence->sampling();
    if (options_.handed_width == 0) continue;
    draft.first = sequence->handed_end - handed_rows(*sequence);
    draft.handed = std::exchange(sequence->handed, {});
    draft.blocks = sequence->blocks.front();
  }
  return drafts;
}

void Scheduler::draft(std::vector<Draft> drafts) {
  for (Draft& draft : drafts) {
    const auto found = sequences_.find(draft.id);
    if (found != sequences_.end() && draft.most > 0) found->second.guesses = std::move(draft.guesses);
  }
}

// Guesses are right as far as they are what is chosen; what is chosen after the first that is not comes to nothing.
std::optional<Ending> Scheduler::accept(StepPart& part, const StepBatch& batch, const StepResult& result,
                                        std::size_t choice, Clock::time_point now) {
  Sequence& sequence = *part.sequence;
  const auto accept_choice = [&](std::size_t number) {
    if (batch.failure(number)) std::rethrow_exception(batch.failure(number));
    return accept_token(sequence, result.tokens[number], result.probabilities[number], now);
  };
  std::optional<Ending> ending = accept_choice(choice);
  std::int32_t right = 0;
  while (!ending && right < part.guessed()) {
    const auto next = static_cast<std::size_t>(right);
    if (part.guesses[next] != result.tokens[choice + next]) break;
    ++right;
    ++sequence.computed;
    sequence.tokens.push_back(0);
    ending = accept_choice(choice + next + 1);
  }
  if (right > 0) {
    if (!part.slots.blocks().empty()) part.slots.swap(static_cast<std::size_t>(right) - 1, sequence.slot);
    cache_.settle(sequence);
  }
  if (!part.guesses.empty()) sequence.verifies = false;
  sequence.draft_length.learn(part.guessed(), right);
  part.accepted = right;
  done_.drafted_tokens += part.guessed();
  done_.accepted_tokens += right;
  return ending;
}

}  // namespace gerbil::runtime
