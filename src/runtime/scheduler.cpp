#include "runtime/scheduler.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "gerbil/error.hpp"
#include "runtime/block_pool.hpp"
#include "runtime/prefix_cache.hpp"
#include "runtime/sequence.hpp"

namespace gerbil::runtime {
namespace {

// How many tokens a sequence may be ahead of its owner, who may yet find a stop sequence in the text.
constexpr std::size_t most_pending_events = 8;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::int32_t blocks_for(std::int32_t tokens) { return (tokens + kv_block_tokens - 1) / kv_block_tokens; }

}  // namespace

struct Scheduler::State {
  State(std::unique_ptr<Program> p, const SchedulerOptions& o)
      : program(std::move(p)), options(o), pool(blocks_for(o.kv_tokens)), prefixes(pool) {}

  std::unique_ptr<Program> program;
  SchedulerOptions options;

  std::mutex mutex;  // guards everything below; a step runs without it, and only its leader touches what it uses
  std::condition_variable changed;
  bool leading = false;
  BlockPool pool;
  PrefixCache prefixes;
  std::deque<Sequence*> waiting;   // in order of arrival
  std::vector<Sequence*> running;  // in order of admission

  // The batch of the step in hand; kept so that a step allocates little.
  struct Entry {
    Sequence* sequence;
    std::int32_t count;  // tokens of this step
    bool samples;
  };
  std::vector<Entry> entries;
  std::vector<std::int32_t> tokens, positions, owners, outputs, chosen, rows;
  std::vector<SequenceView> views;
  std::vector<Sampling> sampling;

  void check(const Request& request) const;
  bool lead(std::unique_lock<std::mutex>& lock);
  void admit();
  bool reserve(Sequence& sequence, std::int32_t length);
  void preempt(Sequence& sequence);
  void start_from_cache(Sequence& sequence);
  Batch compose();
  void accept(const StepResult& result);
  void finish(Sequence& sequence, Ending ending);
  void fail_all(const std::exception_ptr& error);
  void leave(Sequence& sequence);
};

void Scheduler::State::check(const Request& request) const {
  if (request.prompt.empty())
    throw Error(ErrorCode::invalid_argument, "The prompt has no tokens; it should have at least one.");
  for (const std::int32_t token : request.prompt) {
    if (token < 0 || token >= options.vocabulary) {
      throw Error(ErrorCode::invalid_argument, "The prompt holds token " + std::to_string(token) +
                                                   ", but the vocabulary has ids from 0 to " +
                                                   std::to_string(options.vocabulary - 1) + ".");
    }
  }
  if (request.max_tokens < 0) {
    throw Error(ErrorCode::invalid_argument,
                "max_tokens is " + std::to_string(request.max_tokens) + ", but should not be negative.");
  }
  const auto prompt = static_cast<std::int64_t>(request.prompt.size());
  const std::int64_t wanted = prompt + std::max(1, request.max_tokens);
  const std::int64_t room = std::min(options.context_length, pool.size() * kv_block_tokens);
  if (wanted > room) {
    throw Error(ErrorCode::context_full,
                "The prompt has " + std::to_string(prompt) + " tokens and " + std::to_string(wanted - prompt) +
                    " are to be generated, but the context holds " + std::to_string(room) +
                    "; shorten the prompt, lower max_tokens or load the model with a larger context_length.");
  }
}

// Makes sure that `sequence` has blocks for `length` tokens; evicts cached prefixes when it must.
bool Scheduler::State::reserve(Sequence& sequence, std::int32_t length) {
  const std::int32_t missing = blocks_for(length) - static_cast<std::int32_t>(sequence.blocks.size());
  while (pool.available() < missing) {
    if (!prefixes.evict()) return false;
  }
  for (std::int32_t i = 0; i < missing; ++i) sequence.blocks.push_back(pool.take());
  return true;
}

// Gives the sequence's blocks back; it starts again later, from the tokens it has.
void Scheduler::State::preempt(Sequence& sequence) {
  for (const std::int32_t block : sequence.blocks) pool.release(block);
  sequence.blocks.clear();
  sequence.computed = 0;
  std::erase(running, &sequence);
  waiting.push_front(&sequence);
}

// Shares what an earlier sequence computed for the same leading tokens. The last token is always computed: its logits
// are wanted.
void Scheduler::State::start_from_cache(Sequence& sequence) {
  if (!options.reuse_prefixes) return;
  const auto match = prefixes.find(sequence.tokens, sequence.long_rope);
  const std::int32_t usable = std::min(match.tokens, static_cast<std::int32_t>(sequence.tokens.size()) - 1);
  const std::int32_t whole = usable / kv_block_tokens;
  for (std::int32_t i = 0; i < whole; ++i) {
    sequence.blocks.push_back(match.blocks[static_cast<std::size_t>(i)]);
    pool.share(sequence.blocks.back());
  }
  sequence.computed = whole * kv_block_tokens;
  // A partly used block cannot be shared, as both would go on writing to it.
  if (usable > sequence.computed && pool.available() > 0) {
    const std::int32_t copy = pool.take();
    program->copy_block(match.blocks[static_cast<std::size_t>(whole)], copy);
    sequence.blocks.push_back(copy);
    sequence.computed = usable;
  }
  if (sequence.generated() == 0) sequence.outcome.cached_tokens = sequence.computed;
}

void Scheduler::State::admit() {
  while (!waiting.empty() && static_cast<std::int32_t>(running.size()) < options.max_sequences) {
    Sequence& sequence = *waiting.front();
    start_from_cache(sequence);
    if (!reserve(sequence, static_cast<std::int32_t>(sequence.tokens.size()))) {
      for (const std::int32_t block : sequence.blocks) pool.release(block);
      sequence.blocks.clear();
      sequence.computed = 0;
      return;  // until a running one ends
    }
    if (sequence.generated() == 0) sequence.started = Clock::now();
    waiting.pop_front();
    running.push_back(&sequence);
  }
}

// Decoding sequences first, one token each; what is left of the step goes to prompts, in order of arrival.
Batch Scheduler::State::compose() {
  entries.clear();
  std::int32_t budget = options.max_tokens;
  std::vector<Sequence*> order = running;
  std::ranges::stable_partition(
      order, [](const Sequence* s) { return s->computed + 1 == static_cast<std::int32_t>(s->tokens.size()); });
  for (Sequence* sequence : order) {
    if (std::ranges::find(running, sequence) == running.end()) continue;  // preempted below
    const std::int32_t left = static_cast<std::int32_t>(sequence->tokens.size()) - sequence->computed;
    const std::int32_t count = std::min(left, budget);
    if (count == 0 || sequence->stop || sequence->events.size() >= most_pending_events) continue;
    while (!reserve(*sequence, sequence->computed + count)) {
      // The youngest goes back to waiting. It is never alone here: one sequence always fits.
      Sequence* youngest = running.back();
      std::erase_if(entries, [&](const Entry& entry) { return entry.sequence == youngest; });
      preempt(*youngest);
      if (youngest == sequence) break;
    }
    if (running.empty() || std::ranges::find(running, sequence) == running.end()) continue;
    entries.push_back({sequence, count, count == left});
    budget -= count;
  }

  tokens.clear();
  positions.clear();
  owners.clear();
  outputs.clear();
  views.clear();
  sampling.clear();
  chosen.clear();
  rows.clear();
  for (const Entry& entry : entries) {
    const Sequence& sequence = *entry.sequence;
    const auto owner = static_cast<std::int32_t>(views.size());
    // What a preempted sequence has to compute again is read like a prompt.
    const Phase phase = sequence.generated() > 0 && entry.count == 1 ? Phase::decode : Phase::prompt;
    views.push_back({.blocks = sequence.blocks,
                     .length = sequence.computed + entry.count,
                     .long_rope = sequence.long_rope,
                     .phase = phase});
    for (std::int32_t i = 0; i < entry.count; ++i) {
      const std::int32_t position = sequence.computed + i;
      positions.push_back(position);
      tokens.push_back(sequence.tokens[static_cast<std::size_t>(position)]);
      owners.push_back(owner);
    }
    if (!entry.samples) continue;
    outputs.push_back(static_cast<std::int32_t>(tokens.size()) - 1);
    sampling.push_back(next_sampling(sequence));
    if (sequence.request->want_logits) rows.push_back(static_cast<std::int32_t>(chosen.size()));
    chosen.push_back(static_cast<std::int32_t>(chosen.size()));
  }
  return {.tokens = tokens, .positions = positions, .sequences = owners, .views = views, .outputs = outputs};
}

void Scheduler::State::accept(const StepResult& result) {
  std::size_t row = 0;
  std::size_t read = 0;
  const auto now = Clock::now();
  for (const Entry& entry : entries) {
    Sequence& sequence = *entry.sequence;
    sequence.computed += entry.count;
    if (!entry.samples) continue;
    const std::int32_t token = result.tokens[row];
    if (sequence.generated() == 0) {
      sequence.first_token = now;
      sequence.outcome.time_to_first_token = seconds(now - sequence.arrived);
      sequence.outcome.prefill_seconds = seconds(now - sequence.started);
    }
    sequence.outcome.decode_seconds = seconds(now - sequence.first_token);
    sequence.tokens.push_back(token);
    ++sequence.counts[token];
    TokenEvent event{token, {}};
    if (sequence.request->want_logits) {
      const auto vocabulary = static_cast<std::size_t>(options.vocabulary);
      event.logits.assign(result.rows.begin() + static_cast<std::ptrdiff_t>(read * vocabulary),
                          result.rows.begin() + static_cast<std::ptrdiff_t>((read + 1) * vocabulary));
      ++read;
    }
    sequence.events.push_back(std::move(event));
    ++row;
    if (std::ranges::contains(sequence.request->end_tokens, token)) {
      finish(sequence, Ending::end_token);
    } else if (sequence.generated() >= sequence.limit) {
      finish(sequence, Ending::length);
    }
  }
}

void Scheduler::State::finish(Sequence& sequence, Ending ending) {
  sequence.finished = true;
  sequence.outcome.ending = ending;
}

void Scheduler::State::fail_all(const std::exception_ptr& error) {
  const auto fail = [&](Sequence* sequence) {
    sequence->error = error;
    sequence->finished = true;
  };
  std::ranges::for_each(running, fail);
  std::ranges::for_each(waiting, fail);
  running.clear();
  waiting.clear();
}

// Runs one step for everybody; false when there was nothing to run. The lock is held except while the program runs.
bool Scheduler::State::lead(std::unique_lock<std::mutex>& lock) {
  leading = true;
  bool worked = false;
  try {
    for (Sequence* sequence : std::vector<Sequence*>(running)) {
      if (!sequence->finished && sequence->request->cancelled && sequence->request->cancelled())
        finish(*sequence, Ending::cancelled);
    }
    std::erase_if(running, [](const Sequence* sequence) { return sequence->finished; });
    admit();
    const Batch batch = compose();
    worked = !entries.empty();
    if (worked) {
      lock.unlock();
      StepResult result;
      try {
        program->begin(batch);
        program->choose({chosen, sampling, rows});
        result = program->finish();
      } catch (...) {
        lock.lock();
        throw;
      }
      lock.lock();
      accept(result);
      std::erase_if(running, [](const Sequence* sequence) { return sequence->finished; });
    }
  } catch (...) {
    fail_all(std::current_exception());
  }
  leading = false;
  changed.notify_all();
  return worked;
}

// The owner takes its sequence out and leaves its keys and values to the next turn.
void Scheduler::State::leave(Sequence& sequence) {
  std::erase(running, &sequence);
  std::erase(waiting, &sequence);
  if (sequence.error || !options.reuse_prefixes || sequence.computed == 0) {
    for (const std::int32_t block : sequence.blocks) pool.release(block);
  } else {
    sequence.tokens.resize(static_cast<std::size_t>(sequence.computed));
    const auto used = static_cast<std::size_t>(blocks_for(sequence.computed));
    for (std::size_t i = used; i < sequence.blocks.size(); ++i) pool.release(sequence.blocks[i]);
    sequence.blocks.resize(used);
    prefixes.add(std::move(sequence.tokens), std::move(sequence.blocks), sequence.long_rope);
  }
  changed.notify_all();
}

Scheduler::Scheduler(std::unique_ptr<Program> program, const SchedulerOptions& options)
    : state_(std::make_unique<State>(std::move(program), options)) {}

Scheduler::~Scheduler() = default;

const ProgramInfo& Scheduler::info() const { return state_->program->info(); }

Outcome Scheduler::run(const Request& request, const OnToken& on_token) {
  State& s = *state_;
  s.check(request);
  Sequence sequence;
  sequence.request = &request;
  sequence.tokens = request.prompt;
  sequence.outcome.prompt_tokens = static_cast<std::int32_t>(request.prompt.size());
  const std::int32_t room =
      std::min(s.options.context_length, s.pool.size() * kv_block_tokens) - sequence.outcome.prompt_tokens;
  sequence.limit = request.max_tokens > 0 ? request.max_tokens : room;
  sequence.long_rope = s.options.rope_original_context > 0 &&
                       sequence.outcome.prompt_tokens + sequence.limit > s.options.rope_original_context;
  sequence.arrived = Clock::now();

  std::unique_lock lock(s.mutex);
  s.waiting.push_back(&sequence);
  std::exception_ptr callback_error;
  for (;;) {
    while (!sequence.events.empty() && !sequence.stop) {
      const TokenEvent event = std::move(sequence.events.front());
      sequence.events.pop_front();
      lock.unlock();
      bool more = false;
      try {
        more = on_token(event.token, event.logits);
      } catch (...) {
        callback_error = std::current_exception();
      }
      lock.lock();
      sequence.outcome.tokens.push_back(event.token);
      sequence.stop = !more;
    }
    const bool idle = !s.leading;  // nobody is using the sequence in a step
    if (sequence.stop && idle) {
      if (!sequence.finished || !sequence.events.empty()) sequence.outcome.ending = Ending::stopped;
      break;
    }
    if (sequence.finished && sequence.events.empty() && idle) break;
    if (request.cancelled && request.cancelled() && idle && !sequence.finished) {
      sequence.outcome.ending = Ending::cancelled;
      break;
    }
    if (idle) {
      // Nothing to run means waiting for blocks that another owner is about to give back.
      if (!s.lead(lock)) s.changed.wait_for(lock, std::chrono::milliseconds(20));
    } else {
      s.changed.wait(lock, [&] { return !s.leading || (!sequence.events.empty() && !sequence.stop); });
    }
  }
  s.leave(sequence);
  if (callback_error) std::rethrow_exception(callback_error);
  if (sequence.error) std::rethrow_exception(sequence.error);
  return std::move(sequence.outcome);
}

std::vector<float> Scheduler::logits(std::span<const std::int32_t> given) {
  State& s = *state_;
  s.check({.prompt = {given.begin(), given.end()}});
  const auto total = static_cast<std::int32_t>(given.size());
  std::vector<float> rows;
  std::unique_lock lock(s.mutex);
  s.changed.wait(lock, [&] { return !s.leading && s.running.empty(); });
  s.leading = true;  // keeps others out; the lock may be released while steps run
  std::vector<std::int32_t> blocks;
  const auto release = [&] {
    for (const std::int32_t block : blocks) s.pool.release(block);
    s.leading = false;
    s.changed.notify_all();
  };
  while (s.pool.available() < blocks_for(total) && s.prefixes.evict()) {
  }
  for (std::int32_t i = 0; i < blocks_for(total); ++i) blocks.push_back(s.pool.take());
  lock.unlock();
  try {
    const bool long_rope = s.options.rope_original_context > 0 && total > s.options.rope_original_context;
    for (std::int32_t begin = 0; begin < total; begin += s.options.max_tokens) {
      const std::int32_t count = std::min(s.options.max_tokens, total - begin);
      std::vector<std::int32_t> positions, owners(static_cast<std::size_t>(count), 0), outputs;
      for (std::int32_t i = 0; i < count; ++i) {
        positions.push_back(begin + i);
        outputs.push_back(i);
      }
      const SequenceView view{.blocks = blocks, .length = begin + count, .long_rope = long_rope};
      const auto part = given.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
      const Batch batch{
          .tokens = part, .positions = positions, .sequences = owners, .views = {&view, 1}, .outputs = outputs};
      s.program->begin(batch);
      s.program->choose({.read = outputs});
      rows.append_range(s.program->finish().rows);
    }
  } catch (...) {
    lock.lock();
    release();
    throw;
  }
  lock.lock();
  release();
  return rows;
}

}  // namespace gerbil::runtime
