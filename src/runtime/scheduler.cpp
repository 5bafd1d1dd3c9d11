#include "runtime/scheduler.hpp"

#include <algorithm>
#include <format>
#include <functional>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Scheduler::Scheduler(const SchedulerOptions& options) : options_(options), cache_(options) {}

RequestId Scheduler::add(Request request, Clock::time_point now) {
  check(request, options_);
  if (full() && !request.admitted) {
    throw Error(ErrorCode::overloaded,
                std::format("{} requests wait already, and no more may: try again later.", waiting_.size()));
  }
  const RequestId id = next_++;
  Sequence& sequence = sequences_[id];
  sequence.id = id;
  sequence.tokens = request.tokens;
  sequence.outcome.prompt_tokens = sequence.length();
  sequence.request = std::move(request);
  sequence.arrived = now;
  sequence.reusable = sequence.first_wanted();
  if (const Generate* generate = sequence.generates()) {
    const std::int32_t room = std::min(options_.context_length, options_.kv_tokens) - sequence.length();
    sequence.limit = generate->max_tokens > 0 ? generate->max_tokens : room;
    sequence.penalties = Penalties(*generate, sequence.tokens);
  }
  sequence.long_rope = options_.rope_original_context > 0 && longest(sequence) > options_.rope_original_context;
  sequence.variant = sequence.long_rope ? 1 : 0;
  cache_.enter(sequence);
  waiting_.emplace(sequence.order(), &sequence);
  return id;
}

void Scheduler::end(RequestId id, Ending ending) {
  const auto found = sequences_.find(id);
  if (found != sequences_.end()) finish(found->second, ending);
}

ModelStatistics Scheduler::statistics() const {
  ModelStatistics result = done_;
  result.waiting = std::ssize(waiting_);
  for (const auto& [order, sequence] : waiting_) result.waiting_tokens += sequence->length();
  result.running = std::ssize(running_);
  if (options_.whole_texts) return result;
  const CacheUse use = cache_.use();
  result.cache_tokens = use.held;
  result.remembered_tokens = use.remembered;
  result.cache_capacity = use.capacity;
  return result;
}

void Scheduler::pause(RequestId id, bool paused) {
  const auto found = sequences_.find(id);
  if (found != sequences_.end()) found->second.paused = paused;
}

const Scheduler::Plan* Scheduler::plan(Clock::time_point now) {
  reap(now);
  for (Step& step : steps_) pass(step);
  if (!steps_.empty() && many_handed()) return nullptr;
  if (std::ranges::any_of(running_, [&](const auto& entry) { return must_see_token(*entry.second); })) return nullptr;
  do {
    admit(now);
    compose();
  } while (parts_.empty() && steps_.empty() && preempt_paused());
  if (parts_.empty()) return nullptr;
  Step& step = steps_.emplace_back(Step{.parts = std::exchange(parts_, {})});
  for (const StepPart& part : step.parts) {
    step.batch.add(part, options_.padding_token);
    done_.step_tokens += part.count;
  }
  done_.step_requests += std::ssize(step.parts);
  ++done_.steps;
  step.plan = {cache_.take_copies(), step.batch.batch(), step.batch.choices(), &step.batch};
  return &step.plan;
}

// Moves its sequences on to where it takes them, whether or not it has run: what is planned from here on runs after it.
// A token that it chooses is as yet known by its number there only. All tokens before that have been seen, as no third
// step is in flight, so full pages may be found by what they hold.
void Scheduler::pass(Step& step) {
  if (std::exchange(step.passed, true)) return;
  std::int32_t choices = 0;
  for (const StepPart& part : step.parts) {
    const std::int32_t number = std::exchange(choices, choices + part.choices());
    if (!part.sequence) continue;
    Sequence& sequence = *part.sequence;
    sequence.computed += part.count - part.guessed();
    if (!part.guesses.empty()) sequence.verifies = true;
    // Should it lose its pages, it need not give these rows again.
    if (auto* score = std::get_if<Score>(&sequence.request.task); score && part.reads > 0)
      score->first = sequence.computed;
    cache_.settle(sequence);
    if (part.chooses) sequence.tokens.push_back(-1 - number);
  }
}

// Lets go of what nobody waits for any more.
void Scheduler::reap(Clock::time_point now) {
  for (auto next = sequences_.begin(); next != sequences_.end();) {
    Sequence& sequence = (next++)->second;
    try {
      if (sequence.request.deadline && now >= *sequence.request.deadline) {
        throw Error(ErrorCode::timeout, std::format("The deadline passed after {:.3f} seconds, with {} tokens of the "
                                                    "answer made.",
                                                    seconds(now - sequence.arrived), sequence.generated()));
      }
      if (sequence.request.cancelled && sequence.request.cancelled()) finish(sequence, Ending::cancelled);
    } catch (...) {
      fail(sequence, std::current_exception());
    }
  }
}

void Scheduler::admit(Clock::time_point now) {
  for (auto next = waiting_.begin(); next != waiting_.end() && std::ssize(running_) < options_.max_sequences;) {
    Sequence& sequence = *next->second;
    if (sequence.paused) {
      ++next;
      continue;
    }
    if (!start(sequence)) return;  // until a running one ends: nobody overtakes it
    if (sequence.generated() == 0) sequence.started = now;
    next = waiting_.erase(next);
    running_.emplace(sequence.order(), &sequence);
  }
}

// Gives a sequence the pages for all its tokens, or none. There must be room to grow beside that: a page for each that
// runs; and for one that had to give its pages up before, all that it and they may come to need, so that nobody
// computes a prompt again and again.
bool Scheduler::start(Sequence& sequence) {
  if (!cache_.admit(sequence)) return false;
  cache_.adopt(sequence);
  BlockCounts wanted = cache_.missing(sequence, sequence.length());
  const auto want = [&](const BlockCounts& more) { std::ranges::transform(wanted, more, wanted.begin(), std::plus()); };
  if (!running_.empty() && sequence.preempted) {
    wanted = cache_.missing(sequence, longest(sequence));
    for (const auto& [order, other] : running_) want(cache_.missing(*other, longest(*other)));
  } else if (sequence.generates()) {
    want(BlockCounts(wanted.size(), static_cast<std::int32_t>(running_.size())));
  }
  // Scores leave what others may come back for in the cache: one at a time takes of it, more need free pages.
  const bool free_only = sequence.scores() && std::ranges::any_of(running_, [](const auto& entry) {
                           return entry.second->scores() != nullptr;
                         });
  if (!(free_only ? cache_.free(wanted) : cache_.obtainable(wanted)) || !cache_.grow(sequence, sequence.length())) {
    cache_.release(sequence, false);
    return false;
  }
  cache_.copy_partial_page(sequence);
  sequence.preempted = false;
  return true;
}

// It starts again later, from the tokens that it has.
void Scheduler::preempt(Sequence& sequence) {
  std::erase_if(parts_, [&](const StepPart& part) { return part.sequence == &sequence; });
  cache_.release(sequence, true);
  sequence.handed = {};
  sequence.preempted = true;
  running_.erase(sequence.order());
  waiting_.emplace(sequence.order(), &sequence);
}

// Where nothing can run, paused sequences make room for others: who pauses them may wait for just these. False when
// that helps nobody.
bool Scheduler::preempt_paused() {
  const auto paused = [](const auto& entry) { return entry.second->paused; };
  if (std::ranges::all_of(waiting_, paused)) return false;
  const auto last = std::ranges::find_if(running_.rbegin(), running_.rend(), paused);
  if (last == running_.rend()) return false;
  preempt(*last->second);
  return true;
}

// Decoded tokens first, one of each sequence; what is left of the step goes to prompts and texts, in order.
void Scheduler::compose() {
  std::vector<Sequence*> order;
  for (const auto& [key, sequence] : running_) order.push_back(sequence);
  std::ranges::stable_partition(order, [](const Sequence* sequence) { return sequence->decodes(); });
  std::int32_t tokens = options_.step_tokens;
  std::int32_t rows = options_.max_outputs;
  std::int32_t guesses = draft_rows();
  for (Sequence* sequence : order) {
    const auto runs = [&] { return running_.contains(sequence->order()); };
    if (!runs()) continue;  // preempted below
    cache_.adopt(*sequence);
    StepPart part = choose_part(*sequence, tokens, rows);
    if (part.count == 0) continue;
    add_guesses(*sequence, part, guesses);
    while (runs() && !cache_.grow(*sequence, sequence->computed + part.count)) {
      if (!steps_.empty()) return parts_.clear();  // what is in flight may end somebody, and make room
      // The last in order goes back to waiting. It is never alone here: one sequence always fits.
      preempt(*running_.rbegin()->second);
    }
    if (!runs()) continue;
    tokens -= part.count;
    rows -= part.wanted();
    guesses -= part.guessed();
    parts_.push_back(std::move(part));
  }
}

// What the sequence gets of a step that has room for so many more tokens and wanted rows; no tokens: nothing.
StepPart Scheduler::choose_part(Sequence& sequence, std::int32_t tokens, std::int32_t rows) const {
  // What another one in the step computes is there in the next.
  const auto computes_it = std::ranges::find_if(
      parts_, [&](const StepPart& part) { return cache_.compute_the_same(sequence, *part.sequence); });
  if (sequence.paused || sequence.ends_with_token()) return {};
  if (computes_it != parts_.end()) {
    computes_it->sequence->awaited = true;
    return {};
  }
  StepPart part{.sequence = &sequence,
                .begin = sequence.computed,
                .hands_over = options_.handed_width > 0 && sequence.generates() != nullptr && draft_rows() > 0};
  const std::int32_t left = sequence.length() - sequence.computed;
  if (const Encode* encode = sequence.encodes()) {
    // The whole text, among others of the same adapter.
    const Encode* first = parts_.empty() ? encode : parts_.front().sequence->encodes();
    if (first->adapter != encode->adapter || (left > tokens && first != encode)) return {};
    part.count = left;
  } else {
    part.count = cache_.cut(sequence, sequence.computed + std::min(left, tokens)) - sequence.computed;
  }
  const auto wanted = [&] {
    return std::max(0, sequence.computed + part.count - std::max(sequence.computed, sequence.first_wanted()));
  };
  if (wanted() > rows) {
    part.count = cache_.cut(sequence, sequence.computed + part.count - (wanted() - rows)) - sequence.computed;
  }
  if (part.count <= 0) return {};
  part.chooses = sequence.generates() && wanted() > 0;
  part.reads = part.chooses ? 0 : wanted();
  return part;
}

void Scheduler::commit(const StepResult& result, Clock::time_point now) {
  pass(steps_.front());
  Step step = std::move(steps_.front());
  steps_.pop_front();
  const std::size_t width = step.batch.rows_read() == 0 ? 0 : result.rows.size() / step.batch.rows_read();
  std::size_t choice = 0;
  auto row = result.rows.begin();
  std::span<const float> handed(result.handed);
  for (StepPart& part : step.parts) {
    const auto rows = std::exchange(row, row + static_cast<std::ptrdiff_t>(width) * part.reads);
    const std::size_t number = std::exchange(choice, choice + static_cast<std::size_t>(part.choices()));
    const std::int32_t handed_size = part.hands_over ? part.count * options_.handed_width : 0;
    const auto own_handed = std::exchange(handed, handed.subspan(static_cast<std::size_t>(handed_size)));
    if (!part.sequence) continue;
    Sequence& sequence = *part.sequence;
    const std::int32_t end = part.begin + part.count;
    if (part.reads > 0) events_.emplace_back(sequence.id, RowsEvent{end - part.reads, {rows, row}});
    std::optional<Ending> ending;
    if (part.chooses) {
      try {
        ending = accept(part, step.batch, result, number, now);
      } catch (...) {
        fail(sequence, std::current_exception());
        continue;
      }
    } else if (!sequence.generates() && end == sequence.length()) {
      sequence.outcome.prefill_seconds = seconds(now - sequence.started);
      ending = Ending::length;
    }
    if (part.hands_over) take_handed(part, own_handed);
    if (ending) finish(sequence, *ending);
  }
}

std::optional<Ending> Scheduler::accept_token(Sequence& sequence, std::int32_t token,
                                              std::vector<ScoredToken> probabilities, Clock::time_point now) {
  if (sequence.generated() == 1) {
    sequence.first_token = now;
    sequence.outcome.time_to_first_token = seconds(now - sequence.arrived);
    sequence.outcome.prefill_seconds = seconds(now - sequence.started);
  }
  sequence.outcome.decode_seconds = seconds(now - sequence.first_token);
  const Generate& request = *sequence.generates();
  sequence.tokens.back() = token;
  sequence.penalties.count(request, token);
  events_.emplace_back(sequence.id, TokenEvent{token, std::move(probabilities)});
  if (std::ranges::contains(request.end_tokens, token)) return Ending::end_token;
  if (request.guide && request.guide->accept(token)) return Ending::complete;
  if (sequence.generated() >= sequence.limit) return Ending::length;
  return std::nullopt;
}

void Scheduler::fail(const std::exception_ptr& error) {
  for (Step& step : steps_) {
    for (StepPart& part : step.parts) {
      if (part.sequence) fail(*part.sequence, error);
    }
  }
  steps_.clear();
  while (!running_.empty()) preempt(*running_.begin()->second);
  cache_.forget();
}

void Scheduler::fail_all(const std::exception_ptr& error) {
  parts_.clear();
  steps_.clear();
  while (!sequences_.empty()) fail(sequences_.begin()->second, error);
  cache_.forget();  // steps that came to nothing may have been to write some of it
}

void Scheduler::finish(Sequence& sequence, Ending ending) {
  const bool awaits = sequence.awaits_token();
  sequence.outcome.ending = ending;
  sequence.outcome.tokens.assign(sequence.tokens.begin() + sequence.outcome.prompt_tokens,
                                 sequence.tokens.end() - (awaits ? 1 : 0));
  if (awaits) sequence.tokens.pop_back();
  Event outcome = std::move(sequence.outcome);
  leave(sequence, sequence.generates() != nullptr, std::move(outcome));
}

void Scheduler::fail(Sequence& sequence, const std::exception_ptr& error) { leave(sequence, false, error); }

void Scheduler::leave(Sequence& sequence, bool lasting, Event end) {
  for (Step& step : steps_) {
    for (StepPart& part : step.parts) {
      if (part.sequence == &sequence) part.sequence = nullptr;
    }
  }
  cache_.release(sequence, lasting);
  events_.emplace_back(sequence.id, std::move(end));
  waiting_.erase(sequence.order());
  running_.erase(sequence.order());
  sequences_.erase(sequence.id);
}

// Tokens that it may come to have.
std::int32_t Scheduler::longest(const Sequence& sequence) const {
  return sequence.outcome.prompt_tokens + sequence.limit;
}

}  // namespace gerbil::runtime
