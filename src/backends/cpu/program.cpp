// Runs the operations of a compiled graph, one after the other.
#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include "backends/cpu/compiled.hpp"
#include "backends/cpu/operations.hpp"
#include "backends/profiler.hpp"

namespace gerbil::cpu {
namespace {

class CpuProgram final : public Program {
 public:
  CpuProgram(std::shared_ptr<CpuMemory> memory, graph::Graph graph, const WeightSource& source,
             const ProgramOptions& options, const Progress& progress)
      : machine_(std::move(memory), std::move(graph), options),
        compiled_(compile(machine_, source, progress)),
        info_(describe(machine_, compiled_)) {
    if (options.profiler) start_profile();
  }

  void begin(const Batch& batch) override {
    const std::lock_guard turn(machine_.memory->backend->turns);
    check_rows(batch, machine_.options);
    batch_ = batch;
    name_tokens();
    machine_.batch = &batch_;
    machine_.tokens = static_cast<std::int64_t>(batch.tokens.size());
    machine_.outputs = static_cast<std::int64_t>(batch.outputs.size());
    begun_ = Profiler::Clock::now();
    reserve_logits();
    prepare_step(machine_);
    if (times_.empty()) {
      for (const Operation& operation : compiled_.operations) operation(machine_);
    } else {
      measure_operations();
    }
  }

  void choose(const Choices& choices) override {
    const std::lock_guard turn(machine_.memory->backend->turns);
    const auto width = static_cast<std::size_t>(machine_.width(machine_.graph.output));
    const auto row = [&](std::int32_t number) {
      return std::span(machine_.logits.as<float>() + static_cast<std::size_t>(number) * width, width);
    };
    StepResult result;
    for (const std::int32_t number : choices.read) result.rows.append_range(row(number));
    for (const std::int32_t number : choices.handed) {
      const graph::ValueId handed = *machine_.graph.handed;
      const auto columns = machine_.width(handed);
      result.handed.append_range(
          std::span(machine_.value(handed) + number * columns, static_cast<std::size_t>(columns)));
    }
    result.tokens.resize(choices.chosen.size());
    result.probabilities.resize(choices.chosen.size());
    machine_.pool.run_throwing(std::ssize(choices.chosen), [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      const Sampling& sampling = choices.sampling[at];
      const std::span<float> logits = row(choices.chosen[at]);
      const bool report = sampling.alternatives >= 0;
      const std::vector<float> own = report ? std::vector(logits.begin(), logits.end()) : std::vector<float>();
      result.tokens[at] = sample(logits, sampling);
      if (report) result.probabilities[at] = log_probabilities(own, result.tokens[at], sampling.alternatives);
    });
    chosen_ = result.tokens;
    results_.push_back(std::move(result));
  }

  bool ready() override { return true; }
  StepResult finish() override {
    if (!times_.empty()) machine_.options.profiler->add(*machine_.batch, Profiler::seconds_since(begun_), times_);
    StepResult result = std::move(results_.front());
    results_.pop_front();
    return result;
  }

  void copy_block(const BlockCopy& copy) override {
    for (const KvPool& pool : machine_.pages) {
      if (pool.group != copy.group) continue;
      std::memcpy(pool.block(copy.to), pool.block(copy.from), pool.layout.block_bytes());
    }
  }

  void copy_slot(std::int32_t from, std::int32_t to) override {
    for (const SlotPool& pool : machine_.slots) std::copy_n(pool.state(from), pool.elements, pool.state(to));
  }

  const ProgramInfo& info() const override { return info_; }

 private:
  // Those that the step before chose, which it has done.
  void name_tokens() {
    if (std::ranges::none_of(batch_.tokens, [](std::int32_t token) { return token < 0; })) return;
    tokens_.assign_range(batch_.tokens);
    for (std::int32_t& token : tokens_)
      if (token < 0) token = chosen_[static_cast<std::size_t>(-1 - token)];
    batch_.tokens = tokens_;
  }

  // Most steps want one row a sequence, few want one a token: the room grows when that happens.
  void reserve_logits() {
    const auto width = static_cast<std::size_t>(machine_.width(machine_.graph.output));
    const std::size_t bytes = static_cast<std::size_t>(machine_.outputs) * width * sizeof(float);
    if (machine_.logits.size() < bytes) machine_.logits = kernels::Buffer(bytes);
  }

  void start_profile() {
    std::vector<std::int64_t> weight_bytes;
    for (const graph::Node& node : machine_.graph.nodes) {
      const bool multiplies = std::holds_alternative<graph::Linear>(node.operation);
      weight_bytes.push_back(multiplies ? compiled_.matrix_of(node)->bytes() : 0);
    }
    machine_.options.profiler->start(machine_.graph, weight_bytes);
    times_.resize(compiled_.operations.size());
  }

  void measure_operations() {
    for (std::size_t i = 0; i < compiled_.operations.size(); ++i) {
      const graph::Node& node = machine_.graph.nodes[i];
      const auto start = Profiler::Clock::now();
      compiled_.operations[i](machine_);
      const std::int64_t rows = node.outputs.empty() ? machine_.tokens : machine_.rows(node.outputs[0]);
      times_[i] = {Profiler::seconds_since(start), rows > 0 ? 1 : 0, rows};
    }
  }

  Machine machine_;
  Compiled compiled_;
  ProgramInfo info_;
  std::vector<NodeTime> times_;  // of the step in hand, by node; empty when nobody wants to know
  Profiler::Clock::time_point begun_;
  Batch batch_;                       // of the step in hand
  std::vector<std::int32_t> tokens_;  // its tokens, where some were chosen by the step before
  std::vector<std::int32_t> chosen_;  // by the latest step
  std::deque<StepResult> results_;    // not yet taken
};

}  // namespace

std::unique_ptr<Program> CpuMemory::compile(graph::Graph graph, const WeightSource& weights,
                                            const ProgramOptions& options, const Progress& progress) {
  const std::lock_guard lock(compiling);
  return std::make_unique<CpuProgram>(shared_from_this(), std::move(graph), weights, options, progress);
}

std::shared_ptr<Memory> CpuBackend::memory() { return std::make_shared<CpuMemory>(shared_from_this()); }

std::shared_ptr<Backend> open(int threads) { return std::make_shared<CpuBackend>(threads); }

std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                 const Progress& progress) {
  return open(options.threads)->memory()->compile(std::move(graph), weights, options, progress);
}

}  // namespace gerbil::cpu
