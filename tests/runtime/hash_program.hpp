// A program whose next token is a hash of all tokens before it that each group of pages sees, read back from the pages
// they were written to, and of all tokens once more in a slot: any mistake in paging, prefix reuse, chunking, snapshots
// or preemption changes the answer. What it hands over of a token is the token with its position.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gerbil/error.hpp"
#include "runtime/driver.hpp"

namespace gerbil::runtime {

inline constexpr std::int32_t vocabulary = 1000;

// Whether those that are made stand for a device: they do nothing before finish(), in the order of the calls.
inline bool pipelined = false;

// Runs a test on both.
class EitherWay : public testing::TestWithParam<bool> {
 protected:
  EitherWay() { pipelined = GetParam(); }
  ~EitherWay() override { pipelined = false; }
};
inline std::string way_name(const testing::TestParamInfo<bool>& info) { return info.param ? "Pipelined" : "AtOnce"; }

class HashProgram : public Program {
 public:
  explicit HashProgram(const SchedulerOptions& options)
      : windows_(options.windows),
        step_multiple_(options.step_multiple),
        slots_(static_cast<std::size_t>(options.slots > 0 ? options.slots + options.snapshots : 0)) {
    for (std::size_t group = 0; group < windows_.size(); ++group) {
      const std::int32_t capacity = options.group_tokens.empty() ? options.kv_tokens : options.group_tokens[group];
      cells_.emplace_back(static_cast<std::size_t>(capacity), -1);
    }
    info_.pipelined = pipelined;
  }

  void begin(const Batch& batch) override {
    fail_sometimes();
    ++steps;
    for (const SequenceView& view : batch.views) phases += view.phase == Phase::prompt ? 'p' : 'd';
    largest = std::max(largest, batch.tokens.size());
    tokens += std::ssize(batch.tokens);
    do_later([this, batch] { write(batch); });
  }

  void choose(const Choices& choices) override {
    if (fail) do_all();  // what has been begun runs even so
    if (fail) throw Error(ErrorCode::device_lost, "The device is gone.");
    most_in_flight = std::max(most_in_flight, ++in_flight_);
    for (const Sampling& sampling : choices.sampling) last_adjustments = sampling.adjustments;
    do_later([this, choices] { choose_now(choices); });
  }

  bool ready() override { return ++asked % 3 == 0 || !info_.pipelined; }
  StepResult finish() override {
    --in_flight_;
    while (results_.empty()) do_next();
    StepResult result = std::move(results_.front());
    results_.pop_front();
    fail_sometimes();
    return result;
  }

  void copy_block(const BlockCopy& copy) override {
    do_later([this, copy] {
      const auto cells = cells_[copy.group].begin();
      std::copy_n(cells + copy.from * kv_block_tokens, kv_block_tokens, cells + copy.to * kv_block_tokens);
    });
  }
  void copy_slot(std::int32_t from, std::int32_t to) override {
    do_later([this, from, to] { slots_.at(static_cast<std::size_t>(to)) = slots_.at(static_cast<std::size_t>(from)); });
  }
  const ProgramInfo& info() const override { return info_; }

  std::atomic<int> steps = 0;
  std::size_t largest = 0;
  std::int64_t tokens = 0;  // of all steps
  std::string phases;       // of every sequence of every step: p for a prompt, d for a decoded token
  bool fail = false;
  int fail_every = 0;  // of so many calls of begin() and finish() one fails; 0: none
  int most_in_flight = 0;
  int asked = 0;  // whether it is ready
  std::vector<LogitAdjustment> last_adjustments;

 private:
  struct State {
    std::uint32_t hash = 1;
    std::int32_t tokens = 0;
  };
  void do_later(std::function<void()> work) {
    work_.push_back(std::move(work));
    if (!info_.pipelined) do_next();
  }
  void do_next() {
    const std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    work();
  }
  void do_all() {
    while (!work_.empty()) do_next();
  }
  void fail_sometimes() {
    if (fail_every > 0 && ++calls_ % fail_every == 0) throw Error(ErrorCode::device_lost, "The device stumbles.");
  }

  void write(const Batch& batch) {
    batch_ = batch;
    tokens_.assign_range(batch.tokens);
    states_.clear();
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
      const SequenceView& view = batch.views[static_cast<std::size_t>(batch.sequences[i])];
      const std::int32_t named = batch.tokens[i];
      const std::int32_t token = named < 0 ? chosen_.at(static_cast<std::size_t>(-1 - named)) : named;
      tokens_[i] = token;
      for (std::size_t group = 0; group < windows_.size(); ++group) cell(view, group, batch.positions[i]) = token;
      if (!slots_.empty()) states_.push_back(remember(batch, i, token));
    }
  }

  void choose_now(const Choices& choices) {
    StepResult& result = results_.emplace_back();
    for (std::size_t i = 0; i < choices.chosen.size(); ++i) {
      const Sampling& sampling = choices.sampling[i];
      const std::uint32_t row = hash(choices.chosen[i]);
      std::uint32_t chosen = row;
      if (sampling.temperature > 0.0f) chosen += sampling_bits(sampling.seed, sampling.step, row);
      for (const LogitAdjustment& change : sampling.adjustments)
        chosen += static_cast<std::uint32_t>(change.token * static_cast<int>(8 * change.penalty - 4 * change.add));
      chosen %= vocabulary;
      const auto masked = [&] { return !sampling.mask.empty() && !(sampling.mask[chosen / 32] >> chosen % 32 & 1); };
      while (masked()) chosen = (chosen + 1) % vocabulary;
      result.tokens.push_back(static_cast<std::int32_t>(chosen));
      std::vector<ScoredToken>& scores = result.probabilities.emplace_back();
      if (sampling.alternatives >= 0) scores.push_back({result.tokens.back(), static_cast<float>(row % 1009)});
    }
    for (const std::int32_t output : choices.read) {
      std::vector<float> logits(vocabulary, 0.0f);
      logits[hash(output) % vocabulary] = 1.0f;
      result.rows.append_range(logits);
    }
    for (const std::int32_t row : choices.handed) {
      result.handed.push_back(static_cast<float>(batch_.positions[static_cast<std::size_t>(row)]));
      result.handed.push_back(static_cast<float>(tokens_[static_cast<std::size_t>(row)]));
    }
    chosen_ = result.tokens;
  }

  // Of what a wanted row sees.
  std::uint32_t hash(std::int32_t output) {
    const auto row = static_cast<std::size_t>(batch_.outputs[static_cast<std::size_t>(output)]);
    const SequenceView& view = batch_.views[static_cast<std::size_t>(batch_.sequences[row])];
    std::uint32_t hash = view.long_rope ? 7 : 1;
    for (std::size_t group = 0; group < windows_.size(); ++group) {
      const std::int32_t last = batch_.positions[row];
      for (std::int32_t p = windows_[group] > 0 ? std::max(0, last - windows_[group] + 1) : 0; p <= last; ++p) {
        hash = hash * 31 + static_cast<std::uint32_t>(cell(view, group, p));
      }
    }
    return states_.empty() ? hash : hash * 31 + states_[row];
  }
  // The state after a token. It must go on from where it was, and prompts must be cut where they may be.
  std::uint32_t remember(const Batch& batch, std::size_t i, std::int32_t token) {
    const SequenceView& view = batch.views[static_cast<std::size_t>(batch.sequences[i])];
    const std::int32_t position = batch.positions[i];
    const bool first = i == 0 || batch.sequences[i - 1] != batch.sequences[i];
    const auto slot = [&](std::int32_t number) -> State& { return slots_.at(static_cast<std::size_t>(number)); };
    State& state = slot(view.slot);
    if (!view.row_slots.empty()) {
      if (first && view.row_slots[0] != view.slot) throw Error(ErrorCode::internal, "The first row has another slot.");
      row_in_sequence_ = first ? 0 : row_in_sequence_ + 1;
      const std::int32_t after = view.row_slots[row_in_sequence_];
      if (!first) slot(after) = slot(view.row_slots[row_in_sequence_ - 1]);
      return go_on(slot(after), position, token);
    }
    if (position == 0) state = {};
    if (first && view.phase == Phase::prompt && position % step_multiple_ != 0)
      throw Error(ErrorCode::internal, "A prompt was cut where it must not be.");
    return go_on(state, position, token);
  }
  static std::uint32_t go_on(State& state, std::int32_t position, std::int32_t token) {
    if (state.tokens != position) throw Error(ErrorCode::internal, "A slot holds the state after other tokens.");
    state.hash = state.hash * 37 + static_cast<std::uint32_t>(token);
    ++state.tokens;
    return state.hash;
  }
  std::int32_t& cell(const SequenceView& view, std::size_t group, std::int32_t position) {
    const std::int32_t block = view.blocks[group].at(static_cast<std::size_t>(position / kv_block_tokens));
    return cells_[group].at(static_cast<std::size_t>(block * kv_block_tokens + position % kv_block_tokens));
  }
  std::vector<std::int32_t> windows_;
  std::int32_t step_multiple_;
  std::vector<State> slots_;
  std::vector<std::uint32_t> states_;             // by row of the batch
  std::vector<std::vector<std::int32_t>> cells_;  // by group
  Batch batch_;                                   // the latest
  std::vector<std::int32_t> tokens_;              // of it
  std::vector<std::int32_t> chosen_;
  std::deque<std::function<void()>> work_;
  std::deque<StepResult> results_;
  int in_flight_ = 0;
  int calls_ = 0;
  std::size_t row_in_sequence_ = 0;
  ProgramInfo info_;
};

struct Harness {
  explicit Harness(SchedulerOptions options = {.context_length = 512, .kv_tokens = 1024, .vocabulary = vocabulary}) {
    auto owned = std::make_unique<HashProgram>(options);
    program = owned.get();
    driver = std::make_unique<Driver>(std::move(owned), options);
  }
  using OnToken = std::function<bool(std::int32_t)>;
  Outcome run(Request request, const OnToken& on_token = {}) {
    return driver
        ->run({std::move(request)},
              [&](std::size_t, const Event& event) {
                const auto* token = std::get_if<TokenEvent>(&event);
                return !token || !on_token || on_token(token->token);
              })
        .front();
  }
  // Rows of logits, from that of token `first` on.
  std::vector<float> score(std::vector<std::int32_t> tokens, std::int32_t first = 0) {
    std::vector<float> rows;
    driver->run({{.tokens = std::move(tokens), .task = Score{first}}}, [&](std::size_t, const Event& event) {
      rows.append_range(std::get<RowsEvent>(event).values);
      return true;
    });
    return rows;
  }
  HashProgram* program;
  std::unique_ptr<Driver> driver;
};

inline Request generate(std::vector<std::int32_t> tokens, std::int32_t max_tokens = 0) {
  return {.tokens = std::move(tokens), .task = Generate{.max_tokens = max_tokens}};
}

inline std::vector<std::int32_t> prompt(std::int32_t size, std::int32_t seed = 1) {
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(size));
  for (std::int32_t i = 0; i < size; ++i) tokens[static_cast<std::size_t>(i)] = (i * 37 + seed * 101) % vocabulary;
  return tokens;
}

inline std::vector<std::int32_t> expected(std::vector<std::int32_t> tokens, int count,
                                          const std::vector<std::int32_t>& windows = {0}, bool recurrent = false) {
  std::vector<std::int32_t> answer;
  for (int i = 0; i < count; ++i) {
    std::uint32_t hash = 1;
    for (const std::int32_t window : windows) {
      const auto passed = window > 0 ? std::max<std::ptrdiff_t>(0, std::ssize(tokens) - window) : 0;
      for (const std::int32_t token : std::span(tokens).subspan(static_cast<std::size_t>(passed)))
        hash = hash * 31 + static_cast<std::uint32_t>(token);
    }
    std::uint32_t state = 1;
    for (const std::int32_t token : tokens) state = state * 37 + static_cast<std::uint32_t>(token);
    if (recurrent) hash = hash * 31 + state;
    answer.push_back(static_cast<std::int32_t>(hash % vocabulary));
    tokens.push_back(answer.back());
  }
  return answer;
}

}  // namespace gerbil::runtime
