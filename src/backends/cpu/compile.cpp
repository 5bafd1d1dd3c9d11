// The CPU backend: packs the weights, binds an operation to every node, and runs them in order.
#include <algorithm>
#include <cstring>
#include <deque>
#include <format>
#include <utility>

#include "backends/cpu/operations.hpp"
#include "backends/profiler.hpp"
#include "backends/weights.hpp"
#include "kernels/cpu/targets.hpp"

namespace gerbil::cpu {
namespace {

// Whether a projection multiplies with the weight; otherwise it is a table of embeddings.
bool multiplied(const graph::Graph& graph, graph::WeightId id) {
  return std::ranges::any_of(graph.nodes, [&](const graph::Node& node) {
    const auto* linear = std::get_if<graph::Linear>(&node.operation);
    return linear && linear->weight == id;
  });
}

void load_weights(Machine& m, const std::vector<MatrixUse>& uses, const WeightSource& source,
                  const Progress& progress) {
  CpuMemory& memory = *m.memory;
  m.vectors.resize(m.graph.weights.size());
  m.tables.resize(m.graph.weights.size());
  std::vector<bool> missing;  // by WeightId
  for (const graph::WeightDeclaration& declaration : m.graph.weights) {
    if (declaration.vector) m.vectors[missing.size()] = memory.vectors.find(declaration);
    missing.push_back(declaration.host || (declaration.vector && !m.vectors[missing.size()]));
  }
  for (const MatrixUse& use : uses) {
    const bool table = !multiplied(m.graph, use.weight);
    m.matrices.push_back(memory.matrices.find(m.graph.weight(use.weight), use.order, table));
    if (!m.matrices.back()) missing[static_cast<std::size_t>(use.weight.index)] = true;
  }
  read_weights(m.graph, missing, source, progress, [&](std::size_t id, formats::Weight weight) {
    const std::lock_guard turn(memory.backend->turns);
    const graph::WeightDeclaration& declaration = m.graph.weights[id];
    if (declaration.vector) m.vectors[id] = memory.vectors.add(read_vector(weight, declaration), declaration);
    for (std::size_t use = 0; use < uses.size(); ++use) {
      if (uses[use].weight.index != static_cast<std::int32_t>(id) || m.matrices[use]) continue;
      const bool table = !multiplied(m.graph, uses[use].weight);
      m.matrices[use] = memory.matrices.add(table ? pack_table(weight, m.pool) : pack(weight, uses[use].order, m.pool),
                                            declaration, uses[use].order, table);
    }
    if (declaration.host) m.tables[id] = std::move(weight);
  });
}

Operation bind(Machine& m, const graph::Node& node, const Matrix* matrix, bool reuse) {
  return std::visit(
      [&]<typename T>(const T& op) -> Operation {
        if constexpr (std::is_same_v<T, graph::Embedding>) return make_embedding(m, node, op, *matrix);
        if constexpr (std::is_same_v<T, graph::HostEmbedding>) return make_host_embedding(node, op);
        if constexpr (std::is_same_v<T, graph::Linear>) return make_linear(m, node, op, *matrix, reuse);
        if constexpr (std::is_same_v<T, graph::RmsNorm>) return make_rms_norm(node, op);
        if constexpr (std::is_same_v<T, graph::LayerNorm>) return make_layer_norm(node, op);
        if constexpr (std::is_same_v<T, graph::Add>) return make_add(node);
        if constexpr (std::is_same_v<T, graph::Multiply>) return make_multiply(node);
        if constexpr (std::is_same_v<T, graph::Scale>) return make_scale(node, op);
        if constexpr (std::is_same_v<T, graph::TopSoftmax>) return make_top_softmax(node, op);
        if constexpr (std::is_same_v<T, graph::Activate>) return make_activate(node, op);
        if constexpr (std::is_same_v<T, graph::Slice>) return make_slice(node, op);
        if constexpr (std::is_same_v<T, graph::Rope>) return make_rope(node, op);
        if constexpr (std::is_same_v<T, graph::Write>) return make_write(node, op);
        if constexpr (std::is_same_v<T, graph::Attend>) return make_attend(m, node, op);
        if constexpr (std::is_same_v<T, graph::SelectRows>) return make_select_rows(node);
        if constexpr (std::is_same_v<T, graph::Pool>) return make_pool(node, op);
        if constexpr (std::is_same_v<T, graph::Gate>) return make_gate(node, op);
        if constexpr (std::is_same_v<T, graph::Concatenate>) return make_concatenate(node);
        if constexpr (std::is_same_v<T, graph::DeltaNet>) return make_delta_net(m, node, op);
        if constexpr (std::is_same_v<T, graph::AttentionInput>) return make_attention_input(m, node, op);
      },
      node.operation);
}

std::vector<Operation> bind_nodes(Machine& m, const std::vector<MatrixUse>& uses) {
  std::vector<Operation> operations;
  // The projection whose prepared activations the machine holds.
  const graph::Node* prepared = nullptr;
  const Matrix* prepared_matrix = nullptr;
  for (const graph::Node& node : m.graph.nodes) {
    const auto use = matrix_use(node);
    const Matrix* matrix = use ? m.matrices[std::ranges::find(uses, *use) - uses.begin()].get() : nullptr;
    bool reuse = false;
    if (const auto* linear = std::get_if<graph::Linear>(&node.operation)) {
      reuse = prepared && prepared->inputs[0] == node.inputs[0] &&
              same_preparation(std::get<graph::Linear>(prepared->operation), *prepared_matrix, *linear, *matrix);
      prepared = &node;
      prepared_matrix = matrix;
    }
    operations.push_back(bind(m, node, matrix, reuse));
  }
  return operations;
}

void reserve_states(Machine& m) {
  const graph::PageGroups groups = graph::page_groups(m.graph);
  const auto blocks = block_counts(groups, m.options);
  for (std::size_t id = 0; id < m.graph.pages.size(); ++id) {
    const graph::Pages& pages = m.graph.pages[id];
    const std::size_t group = groups.of[id];
    const kernels::KvLayout layout{pages.kv_heads, pages.head_dim, m.options.exact};
    m.pages.push_back({group, layout, kernels::Buffer(static_cast<std::size_t>(blocks[group]) * layout.block_bytes())});
  }
  for (const graph::Slot& slot : m.graph.slots) {
    const auto floats = static_cast<std::size_t>(m.options.slots) * static_cast<std::size_t>(slot.elements);
    m.slots.push_back({slot.elements, kernels::Buffer(floats * sizeof(float))});
  }
  for (const graph::RopeTable& table : m.graph.ropes) {
    const std::size_t half = table.inverse_frequencies.size();
    const std::size_t floats = half * static_cast<std::size_t>(m.options.max_tokens);
    m.angles.push_back({static_cast<std::int64_t>(half), std::vector<float>(floats), std::vector<float>(floats)});
  }
  m.runs.reserve(static_cast<std::size_t>(m.options.max_tokens));
  m.sequences.reserve(static_cast<std::size_t>(m.options.max_sequences));
}

ProgramInfo describe(const Machine& m, const std::vector<MatrixUse>& uses) {
  ProgramInfo info;
  info.device =
      std::format("CPU, {}, {} thread{}", kernels::target_name(), m.pool.size(), m.pool.size() == 1 ? "" : "s");
  for (const auto& matrix : m.matrices) info.weight_bytes += matrix->bytes();
  for (const auto& vector : m.vectors)
    if (vector) info.weight_bytes += static_cast<std::int64_t>(vector->size() * sizeof(float));
  const Operations operations = count_operations(m.graph);
  info.operations_per_token = operations.token;
  info.operations_per_prompt_token = operations.prompt_token;
  bool dense = false;
  bool decoded = false;
  for (const graph::Node& node : m.graph.nodes) {
    if (!std::holds_alternative<graph::Linear>(node.operation)) continue;
    const Matrix& matrix = *m.matrices[std::find(uses.begin(), uses.end(), matrix_use(node)) - uses.begin()];
    info.bytes_per_token += matrix.bytes();
    dense = dense || (!matrix.coded() && !matrix.decoded);
    decoded = decoded || matrix.decoded;
  }
  info.arena_bytes = static_cast<std::int64_t>(m.arena.size());
  for (const KvPool& pool : m.pages) info.kv_bytes += static_cast<std::int64_t>(pool.blocks.size());
  for (const SlotPool& pool : m.slots) info.slot_bytes += static_cast<std::int64_t>(pool.states.size());
  if (m.options.exact) info.notes.emplace_back("8-bit activations are off: the program was compiled to be exact.");
  if (dense) {
    info.notes.emplace_back("Some projections have unquantised weights and run in f32; quantised ones are faster.");
  }
  if (decoded) {
    info.notes.emplace_back("Weights whose levels are no multiples of one number were decoded to f32.");
  }
  if (kernels::target_name() == "AVX2" || kernels::target_name() == "SSE2") {
    info.notes.emplace_back("This processor has no AVX-512 VNNI: 8-bit dot products take three instructions.");
  }
  return info;
}

class CpuProgram final : public Program {
 public:
  CpuProgram(std::shared_ptr<CpuMemory> memory, graph::Graph graph, const WeightSource& source,
             const ProgramOptions& options, const Progress& progress)
      : machine_(std::move(memory), std::move(graph), options) {
    const std::vector<MatrixUse> uses = matrix_uses(machine_.graph);
    load_weights(machine_, uses, source, progress);
    machine_.plan = plan_memory(machine_.graph);
    machine_.arena = kernels::Buffer(static_cast<std::size_t>(machine_.plan.peak * options.max_tokens) * sizeof(float));
    reserve_states(machine_);
    operations_ = bind_nodes(machine_, uses);
    info_ = describe(machine_, uses);
    if (options.profiler) start_profile(uses);
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
      for (const Operation& operation : operations_) operation(machine_);
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

  void start_profile(const std::vector<MatrixUse>& uses) {
    std::vector<std::int64_t> weight_bytes;
    for (const graph::Node& node : machine_.graph.nodes) {
      const bool multiplies = std::holds_alternative<graph::Linear>(node.operation);
      const auto use = std::ranges::find(uses, matrix_use(node)) - uses.begin();
      weight_bytes.push_back(multiplies ? machine_.matrices[static_cast<std::size_t>(use)]->bytes() : 0);
    }
    machine_.options.profiler->start(machine_.graph, weight_bytes);
    times_.resize(operations_.size());
  }

  void measure_operations() {
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      const graph::Node& node = machine_.graph.nodes[i];
      const auto start = Profiler::Clock::now();
      operations_[i](machine_);
      const std::int64_t rows = node.outputs.empty() ? machine_.tokens : machine_.rows(node.outputs[0]);
      times_[i] = {Profiler::seconds_since(start), rows > 0 ? 1 : 0, rows};
    }
  }

  Machine machine_;
  std::vector<Operation> operations_;
  std::vector<NodeTime> times_;  // of the step in hand, by node; empty when nobody wants to know
  Profiler::Clock::time_point begun_;
  Batch batch_;                       // of the step in hand
  std::vector<std::int32_t> tokens_;  // its tokens, where some were chosen by the step before
  std::vector<std::int32_t> chosen_;  // by the latest step
  std::deque<StepResult> results_;    // not yet taken
  ProgramInfo info_;
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
