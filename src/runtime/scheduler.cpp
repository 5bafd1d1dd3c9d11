#include "runtime/scheduler.hpp"

#include <algorithm>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::int32_t blocks_for(std::int32_t tokens) {
  return tokens / kv_block_tokens + (tokens % kv_block_tokens != 0 ? 1 : 0);
}

PrefixTree::Tokens page(const Sequence& sequence, std::int32_t number) {
  return PrefixTree::Tokens(sequence.tokens)
      .subspan(static_cast<std::size_t>(number) * kv_block_tokens, kv_block_tokens);
}

bool is_decoding(const Sequence& sequence) {
  return sequence.generated() > 0 && sequence.computed + 1 == sequence.length();
}

}  // namespace

Scheduler::Scheduler(const SchedulerOptions& options)
    : options_(options), pool_(blocks_for(options.kv_tokens)), prefixes_(pool_) {}

void Scheduler::check(const Request& request) const {
  const auto require = [&](bool condition, const std::string& problem, ErrorCode code = ErrorCode::invalid_argument) {
    if (!condition) throw Error(code, std::format("{} {}.", request.name, problem));
  };
  const auto within = [&](std::span<const std::int32_t> numbers, std::int32_t count, std::string_view kind,
                          std::string_view whole) {
    const auto wrong = std::ranges::find_if(numbers, [&](std::int32_t n) { return n < 0 || n >= count; });
    if (wrong == numbers.end()) return;
    require(false, std::format("holds {} {}, but {} from 0 to {}", kind, *wrong, whole, count - 1));
  };
  const std::size_t length = request.tokens.size();
  require(length > 0, "has no tokens; it should have at least one");
  within(request.tokens, options_.vocabulary, "token", "the vocabulary has ids");
  if (const auto* encode = std::get_if<Encode>(&request.task)) {
    require(options_.whole_texts, "cannot be encoded: the model predicts tokens", ErrorCode::unsupported);
    require(length <= static_cast<std::size_t>(options_.context_length),
            std::format("has {} tokens, but the model takes at most {}", length, options_.context_length));
    require(encode->types.empty() || encode->types.size() == length,
            std::format("has {} types for {} tokens", encode->types.size(), length));
    within(encode->types, options_.types, "type", "the model has types");
    require(encode->skipped >= 0, std::format("skips {} tokens", encode->skipped));
    return;
  }
  require(!options_.whole_texts, "cannot be continued: the model encodes whole texts", ErrorCode::unsupported);
  std::int64_t answer = 0;
  if (const auto* generate = std::get_if<Generate>(&request.task)) {
    if (generate->max_tokens < 0) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("max_tokens is {}, but should not be negative.", generate->max_tokens));
    }
    answer = std::max(1, generate->max_tokens);
  } else {
    const std::int32_t first = std::get<Score>(request.task).first;
    require(first >= 0 && first < std::ssize(request.tokens),
            std::format("has {} tokens, so the first row cannot be that of token {}", length, first));
  }
  const std::int64_t room = std::min(options_.context_length, pool_.size() * kv_block_tokens);
  require(static_cast<std::int64_t>(length) + answer <= room,
          std::format("has {} tokens and {} are to be generated, but the context holds {}; shorten the prompt, lower "
                      "max_tokens or load the model with a larger context_length",
                      length, answer, room),
          ErrorCode::context_full);
}

RequestId Scheduler::add(Request request, Clock::time_point now) {
  check(request);
  if (full()) {
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
  if (const Generate* generate = sequence.generates()) {
    const std::int32_t room = std::min(options_.context_length, pool_.size() * kv_block_tokens) - sequence.length();
    sequence.limit = generate->max_tokens > 0 ? generate->max_tokens : room;
    sequence.penalties = Penalties(*generate, sequence.tokens);
  }
  sequence.long_rope = options_.rope_original_context > 0 && longest(sequence) > options_.rope_original_context;
  sequence.variant = sequence.long_rope ? 1 : 0;
  sequence.node = prefixes_.root(sequence.variant);
  waiting_.emplace(sequence.order(), &sequence);
  return id;
}

void Scheduler::end(RequestId id, Ending ending) {
  const auto found = sequences_.find(id);
  if (found == sequences_.end()) return;
  Sequence& sequence = found->second;
  if (in_step(sequence)) {
    sequence.ending = ending;
  } else {
    finish(sequence, ending);
  }
}

void Scheduler::pause(RequestId id, bool paused) {
  const auto found = sequences_.find(id);
  if (found != sequences_.end()) found->second.paused = paused;
}

const Scheduler::Plan* Scheduler::plan(Clock::time_point now) {
  entries_.clear();
  plan_.copies.clear();
  reap(now);
  admit(now);
  compose();
  return entries_.empty() ? nullptr : &plan_;
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
  while (!waiting_.empty() && std::ssize(running_) < options_.max_sequences) {
    Sequence& sequence = *waiting_.begin()->second;
    if (!start(sequence)) return;  // until a running one ends: nobody overtakes it
    if (sequence.generated() == 0) sequence.started = now;
    waiting_.erase(waiting_.begin());
    running_.emplace(sequence.order(), &sequence);
  }
}

// Gives a sequence the pages for all its tokens, or none. There must be room to grow beside that: a page for each that
// runs; and for one that had to give its pages up before, all that it and they may come to need, so that nobody
// computes a prompt again and again.
bool Scheduler::start(Sequence& sequence) {
  adopt_pages(sequence);
  const auto missing = [](const Sequence& s, std::int32_t tokens) {
    return blocks_for(tokens) - static_cast<std::int32_t>(s.blocks.size());
  };
  const std::int32_t needed = missing(sequence, sequence.length());
  std::int64_t wanted = needed;
  if (!running_.empty() && sequence.preempted) {
    wanted = missing(sequence, longest(sequence));
    for (const auto& [order, other] : running_) wanted += missing(*other, longest(*other));
  } else if (sequence.generates()) {
    wanted += std::ssize(running_);
  }
  // Scores leave what others may come back for in the cache: one at a time takes of it, more need free pages.
  const bool scores = std::holds_alternative<Score>(sequence.request.task);
  const bool free_only = scores && std::ranges::any_of(running_, [](const auto& entry) {
                           return std::holds_alternative<Score>(entry.second->request.task);
                         });
  const std::int32_t room = pool_.available() + (free_only ? 0 : prefixes_.evictable());
  if (wanted > room || !reserve(needed)) {
    release_pages(sequence, false);
    return false;
  }
  for (std::int32_t i = 0; i < needed; ++i) sequence.blocks.push_back(pool_.take());
  copy_partial_page(sequence);
  sequence.preempted = false;
  return true;
}

// Makes sure that the pool has so many blocks; pages that nobody holds are evicted for it, unless that is in vain.
bool Scheduler::reserve(std::int32_t blocks) {
  if (blocks > pool_.available() + prefixes_.evictable()) return false;
  while (pool_.available() < blocks) prefixes_.evict();
  return true;
}

// Takes the pages that others have computed for the tokens that come next. What is wanted of it is always computed.
void Scheduler::adopt_pages(Sequence& sequence) {
  if (!shares(sequence)) return;
  while (sequence.computed == sequence.shared * kv_block_tokens &&
         sequence.computed + kv_block_tokens <= sequence.first_wanted()) {
    PrefixTree::Node* next = prefixes_.child(sequence.node, page(sequence, sequence.shared));
    if (!next) return;
    const auto at = static_cast<std::size_t>(sequence.shared);
    if (at < sequence.blocks.size()) {
      pool_.release(sequence.blocks[at]);
      sequence.blocks[at] = next->block;
    } else {
      sequence.blocks.push_back(next->block);
    }
    prefixes_.advance(sequence.node, next);
    sequence.node = next;
    ++sequence.shared;
    sequence.computed += kv_block_tokens;
    if (sequence.generated() == 0) sequence.outcome.cached_tokens += kv_block_tokens;
  }
}

// A page that begins alike cannot be shared, as both would go on writing to it, but copied.
void Scheduler::copy_partial_page(Sequence& sequence) {
  if (!shares(sequence) || sequence.computed != sequence.shared * kv_block_tokens) return;
  const auto rest = static_cast<std::size_t>(std::max(0, sequence.first_wanted() - sequence.computed));
  const PrefixTree::Tokens tokens(sequence.tokens);
  const auto [block, count] = prefixes_.partial(
      sequence.node,
      tokens.subspan(static_cast<std::size_t>(sequence.computed), std::min<std::size_t>(rest, kv_block_tokens)));
  if (count == 0) return;
  plan_.copies.emplace_back(block, sequence.blocks[static_cast<std::size_t>(sequence.shared)]);
  sequence.computed += count;
  if (sequence.generated() == 0) sequence.outcome.cached_tokens += count;
}

// Puts the pages that are full into the tree.
void Scheduler::share_pages(Sequence& sequence) {
  if (!shares(sequence)) return;
  while ((sequence.shared + 1) * kv_block_tokens <= sequence.computed) {
    std::int32_t& block = sequence.blocks[static_cast<std::size_t>(sequence.shared)];
    PrefixTree::Node* node = prefixes_.insert(sequence.node, page(sequence, sequence.shared), block);
    block = node->block;
    prefixes_.advance(sequence.node, node);
    sequence.node = node;
    ++sequence.shared;
  }
}

// lasting: what has been computed stays in the tree for whoever begins alike.
void Scheduler::release_pages(Sequence& sequence, bool lasting) {
  auto own = static_cast<std::size_t>(sequence.shared);
  const std::int32_t begin = sequence.shared * kv_block_tokens;
  if (lasting && shares(sequence) && sequence.computed > begin) {
    const auto count = static_cast<std::size_t>(sequence.computed - begin);
    prefixes_.insert(sequence.node, PrefixTree::Tokens(sequence.tokens).subspan(static_cast<std::size_t>(begin), count),
                     sequence.blocks[own++]);
  }
  for (; own < sequence.blocks.size(); ++own) pool_.release(sequence.blocks[own]);
  prefixes_.release(sequence.node, lasting);
  sequence.node = prefixes_.root(sequence.variant);
  sequence.blocks.clear();
  sequence.shared = 0;
  sequence.computed = 0;
  if (sequence.generated() == 0) sequence.outcome.cached_tokens = 0;
}

// It starts again later, from the tokens that it has.
void Scheduler::preempt(Sequence& sequence) {
  for (Entry& entry : entries_) entry.cancels_out |= entry.sequence == &sequence;
  std::erase_if(entries_, [](const Entry& entry) { return entry.cancels_out; });
  release_pages(sequence, true);
  sequence.preempted = true;
  running_.erase(sequence.order());
  waiting_.emplace(sequence.order(), &sequence);
}

// Decoded tokens first, one of each sequence; what is left of the step goes to prompts and texts, in order.
void Scheduler::compose() {
  std::vector<Sequence*> order;
  for (const auto& [key, sequence] : running_) order.push_back(sequence);
  std::ranges::stable_partition(order, [](const Sequence* s) { return is_decoding(*s); });
  std::int32_t tokens = options_.step_tokens;
  std::int32_t rows = options_.max_outputs;
  for (Sequence* sequence : order) {
    if (!running_.contains(sequence->order())) continue;  // preempted below
    adopt_pages(*sequence);
    Entry entry{sequence};
    if (!choose_part(*sequence, entry, tokens, rows)) continue;
    const auto missing = [&] {
      return blocks_for(sequence->computed + entry.count) - static_cast<std::int32_t>(sequence->blocks.size());
    };
    // The last in order goes back to waiting. It is never alone here: one sequence always fits.
    while (!reserve(missing())) {
      Sequence* last = running_.rbegin()->second;
      preempt(*last);
      if (last == sequence) break;
    }
    if (!running_.contains(sequence->order())) continue;
    while (missing() > 0) sequence->blocks.push_back(pool_.take());
    entries_.push_back(entry);
    tokens -= entry.count;
    rows -= entry.reads + (entry.chooses ? 1 : 0);
  }

  for (auto* list : {&tokens_, &positions_, &owners_, &types_, &ordinals_, &outputs_, &chosen_, &read_}) list->clear();
  views_.clear();
  sampling_.clear();
  plan_.batch = {};
  for (const Entry& entry : entries_) describe(entry);
  plan_.batch.tokens = tokens_;
  plan_.batch.positions = positions_;
  plan_.batch.sequences = owners_;
  plan_.batch.types = types_;
  plan_.batch.ordinals = ordinals_;
  plan_.batch.views = views_;
  plan_.batch.outputs = outputs_;
  plan_.choices = {chosen_, sampling_, read_};
}

// What the sequence gets of a step that has room for so many more tokens and wanted rows; false: nothing.
bool Scheduler::choose_part(Sequence& sequence, Entry& entry, std::int32_t tokens, std::int32_t rows) const {
  if (sequence.paused || is_computing_next_page_of(sequence)) return false;
  const std::int32_t left = sequence.length() - sequence.computed;
  if (const Encode* encode = sequence.encodes()) {
    // The whole text, among others of the same adapter.
    const Encode* first = entries_.empty() ? encode : entries_.front().sequence->encodes();
    if (first->adapter != encode->adapter || (left > tokens && first != encode)) return false;
    entry.count = left;
  } else {
    entry.count = std::min(left, tokens);
  }
  const auto wanted = [&] {
    return std::max(0, sequence.computed + entry.count - std::max(sequence.computed, sequence.first_wanted()));
  };
  if (wanted() > rows) entry.count -= wanted() - rows;
  entry.chooses = sequence.generates() && wanted() > 0;
  entry.reads = entry.chooses ? 0 : wanted();
  return entry.count > 0;
}

// Whether somebody in the step computes what is the next page of this sequence as well.
bool Scheduler::is_computing_next_page_of(const Sequence& sequence) const {
  if (!shares(sequence) || sequence.computed != sequence.shared * kv_block_tokens ||
      sequence.computed + kv_block_tokens > sequence.first_wanted())
    return false;
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    const Sequence& other = *entry.sequence;
    return other.node == sequence.node && other.length() >= (sequence.shared + 1) * kv_block_tokens &&
           std::ranges::equal(page(other, sequence.shared), page(sequence, sequence.shared));
  });
}

// Adds the rows of an entry to the batch.
void Scheduler::describe(const Entry& entry) {
  Sequence& sequence = *entry.sequence;
  const auto owner = static_cast<std::int32_t>(views_.size());
  SequenceView view{.blocks = sequence.blocks,
                    .length = sequence.computed + entry.count,
                    .long_rope = sequence.long_rope,
                    // What a preempted sequence has to compute again is read like a prompt.
                    .phase = is_decoding(sequence) ? Phase::decode : Phase::prompt};
  if (const Encode* encode = sequence.encodes()) {
    view.skipped = encode->skipped;
    plan_.batch.task = encode->adapter;
    types_.insert(types_.end(), encode->types.begin(), encode->types.end());
    std::int32_t counted = 0;
    for (const std::int32_t token : sequence.tokens)
      ordinals_.push_back(token == options_.padding_token ? 0 : ++counted);
  }
  views_.push_back(view);
  for (std::int32_t i = 0; i < entry.count; ++i) {
    positions_.push_back(sequence.computed + i);
    tokens_.push_back(sequence.tokens[static_cast<std::size_t>(sequence.computed + i)]);
    owners_.push_back(owner);
  }
  types_.resize(tokens_.size(), 0);
  ordinals_.resize(tokens_.size(), 0);
  const std::int32_t wanted = entry.reads + (entry.chooses ? 1 : 0);
  for (std::int32_t i = wanted; i > 0; --i) {
    (entry.chooses ? chosen_ : read_).push_back(static_cast<std::int32_t>(outputs_.size()));
    outputs_.push_back(static_cast<std::int32_t>(tokens_.size()) - i);
  }
  if (!entry.chooses) return;
  Sampling& sampling = sampling_.emplace_back(sequence.generates()->sampling);
  sampling.step = static_cast<std::uint32_t>(sequence.generated());
  sampling.adjustments.swap(sequence.penalties.adjustments());  // lent: there may be many
}

void Scheduler::commit(const StepResult& result, Clock::time_point now) {
  const std::size_t width = read_.empty() ? 0 : result.rows.size() / read_.size();
  std::size_t chosen = 0;
  auto row = result.rows.begin();
  for (const Entry& entry : std::exchange(entries_, {})) {
    Sequence& sequence = *entry.sequence;
    if (entry.reads > 0) {
      const auto end = row + static_cast<std::ptrdiff_t>(width) * entry.reads;
      events_.emplace_back(sequence.id, RowsEvent{sequence.computed + entry.count - entry.reads, {row, end}});
      row = end;
    }
    sequence.computed += entry.count;
    share_pages(sequence);
    if (entry.chooses) {
      sequence.penalties.adjustments().swap(sampling_[chosen].adjustments);
      if (!sequence.ending) accept_token(sequence, result.tokens[chosen], result.probabilities[chosen], now);
      ++chosen;
    } else if (!sequence.generates() && sequence.computed == sequence.length()) {
      sequence.outcome.prefill_seconds = seconds(now - sequence.started);
      sequence.ending = Ending::length;
    }
    if (sequence.ending) finish(sequence, *sequence.ending);
  }
}

void Scheduler::accept_token(Sequence& sequence, std::int32_t token, std::vector<ScoredToken> probabilities,
                             Clock::time_point now) {
  if (sequence.generated() == 0) {
    sequence.first_token = now;
    sequence.outcome.time_to_first_token = seconds(now - sequence.arrived);
    sequence.outcome.prefill_seconds = seconds(now - sequence.started);
  }
  sequence.outcome.decode_seconds = seconds(now - sequence.first_token);
  const Generate& request = *sequence.generates();
  sequence.tokens.push_back(token);
  sequence.penalties.count(request, token);
  events_.emplace_back(sequence.id, TokenEvent{token, std::move(probabilities)});
  if (std::ranges::contains(request.end_tokens, token)) {
    sequence.ending = Ending::end_token;
  } else if (sequence.generated() >= sequence.limit) {
    sequence.ending = Ending::length;
  }
}

void Scheduler::fail(const std::exception_ptr& error) {
  for (const Entry& entry : std::exchange(entries_, {})) fail(*entry.sequence, error);
}

void Scheduler::fail_all(const std::exception_ptr& error) {
  entries_.clear();
  while (!sequences_.empty()) fail(sequences_.begin()->second, error);
}

void Scheduler::finish(Sequence& sequence, Ending ending) {
  sequence.outcome.ending = ending;
  sequence.outcome.tokens.assign(sequence.tokens.begin() + sequence.outcome.prompt_tokens, sequence.tokens.end());
  Event outcome = std::move(sequence.outcome);
  leave(sequence, sequence.generates() != nullptr, std::move(outcome));
}

void Scheduler::fail(Sequence& sequence, const std::exception_ptr& error) { leave(sequence, false, error); }

void Scheduler::leave(Sequence& sequence, bool lasting, Event end) {
  release_pages(sequence, lasting);
  events_.emplace_back(sequence.id, std::move(end));
  waiting_.erase(sequence.order());
  running_.erase(sequence.order());
  sequences_.erase(sequence.id);
}

// Tokens that it may come to have.
std::int32_t Scheduler::longest(const Sequence& sequence) const {
  return sequence.outcome.prompt_tokens + sequence.limit;
}

bool Scheduler::in_step(const Sequence& sequence) const {
  return std::ranges::contains(entries_, &sequence, &Entry::sequence);
}

}  // namespace gerbil::runtime
