// The WebGPU backend: packs the weights, makes dispatches of every node, and runs them in order.
#include <algorithm>
#include <deque>
#include <format>
#include <utility>

#include "backends/profiler.hpp"
#include "backends/program.hpp"
#include "backends/webgpu/host_rows.hpp"
#include "backends/webgpu/operations.hpp"
#include "backends/webgpu/passes.hpp"
#include "backends/webgpu/results.hpp"
#include "backends/webgpu/sampler.hpp"
#include "gerbil/error.hpp"

namespace gerbil::webgpu {
namespace {

// Arithmetic operations of one submit: a tenth of a second or so on a small GPU, far from the seconds after which
// drivers take a GPU for hung.
constexpr std::int64_t submit_work = 200'000'000'000;
// Operations of one submit. Recording costs the CPU about as much as short kernels cost the GPU: handed over in pieces,
// both work at the same time. An H100 decoded 25 % faster with 12 to 48 than with the whole step in one.
constexpr int submit_operations = 32;

class WebGpuProgram final : public Program {
 public:
  WebGpuProgram(const std::shared_ptr<GpuMemory>& memory, graph::Graph graph, const WeightSource& source,
                const ProgramOptions& options, const Progress& progress)
      : memory_(memory), machine_(memory, std::move(graph), options), sampler_(machine_) {
    if (options.profiler) require_timestamps();
    load(source, progress);
    for (Operation& operation : operations_)
      for (Dispatch& dispatch : operation.dispatches)
        dispatch.bound = machine_.device.bind(dispatch.kernel, dispatch.bindings);
    machine_.device.wait_idle();
    describe();
    if (options.profiler) start_profile();
  }

  ~WebGpuProgram() override { last_turn_.lock(); }

  void begin(const Batch& batch) override {
    const std::lock_guard lock(memory_->turn);
    check_rows(batch, machine_.options);
    if (profiling()) forget_times();  // of a step that was not finished
    batch_ = &batch;
    begun_ = Profiler::Clock::now();
    clear_slots(batch);
    for (const Pass& pass : split(batch)) {
      write(machine_.step, step_words(batch, pass));
      write(machine_.selected, pass.selected);
      host_rows_.write(machine_, batch, pass);
      record(Stage::pass, pass.rows.size(), pass.selected.size() / 2, pass.way, pass.reach);
    }
    const std::size_t wanted = batch.outputs.size();
    record(Stage::wanted, wanted, 0, decoded_way(wanted), far_reach);
    machine_.device.submit();
  }

  void choose(const Choices& choices) override {
    const std::lock_guard lock(memory_->turn);
    std::vector<gpu::Range> results;
    sampler_.record(choices, results);
    add_rows(machine_, choices.read, results);
    // Steps that give nothing back are waited for, too, or those of a long prompt would pile up.
    if (results.empty()) results.push_back({machine_.chosen, 0, sizeof(std::uint32_t)});
    flights_.push_back({choices, machine_.device.start_read(results)});
  }

  bool ready() override {
    const std::unique_lock lock(memory_->turn, std::try_to_lock);
    return lock && machine_.device.arrived(flights_.front().readback);
  }

  StepResult finish() override {
    const std::lock_guard lock(memory_->turn);
    StepResult result = collect();
    if (profiling()) add_profile();
    return result;
  }

  void copy_block(const BlockCopy& copy) override {
    const std::lock_guard lock(memory_->turn);
    for (const KvPool& pool : machine_.pages) {
      if (pool.group != copy.group) continue;
      for (const gpu::Buffer& buffer : {pool.keys, pool.values}) {
        copy_within(buffer, copy.from, copy.to, pool.page_bytes);
      }
    }
  }

  void copy_slot(std::int32_t from, std::int32_t to) override {
    const std::lock_guard lock(memory_->turn);
    for (const SlotPool& pool : machine_.slots) copy_within(pool.states, from, to, pool.slot_bytes);
  }

  const ProgramInfo& info() const override { return info_; }

 private:
  // A step that has been handed over and not been finished. Buffers that the host writes for a step are written in the
  // queue's order, after all that was handed over before; only what comes back needs a place of its own.
  struct Flight {
    Choices choices;
    gpu::Readback readback;  // what they give
  };

  // Copies part `from` of a buffer of equal parts over part `to`. WebGPU copies between different buffers only, so it
  // goes through one of its own.
  void copy_within(const gpu::Buffer& buffer, std::int32_t from, std::int32_t to, std::uint64_t bytes) {
    if (from == to) return;
    if (!between_ || between_.size() < bytes) between_ = machine_.device.buffer(bytes, "copy");
    machine_.device.copy(buffer, static_cast<std::uint64_t>(from) * bytes, between_, 0, bytes);
    machine_.device.copy(between_, 0, buffer, static_cast<std::uint64_t>(to) * bytes, bytes);
    machine_.device.submit();  // what becomes of it is told here, and not to another program of the device
  }

  // Of sequences that begin.
  void clear_slots(const Batch& batch) {
    if (machine_.slots.empty()) return;
    for (std::size_t row = 0; row < batch.tokens.size(); ++row) {
      if (batch.positions[row] != 0) continue;
      const auto slot = static_cast<std::uint64_t>(batch.views[static_cast<std::size_t>(batch.sequences[row])].slot);
      for (const SlotPool& pool : machine_.slots)
        machine_.device.clear(pool.states, slot * pool.slot_bytes, pool.slot_bytes);
    }
  }

  // Packs weight after weight and makes the operations of every node whose weights are there, so that shaders compile
  // while the next weights are read.
  void load(const WeightSource& source, const Progress& progress) {
    const graph::Graph& graph = machine_.graph;
    GpuMemory& memory = *machine_.memory;
    std::vector<bool> missing;  // by WeightId
    for (const graph::WeightDeclaration& declaration : graph.weights) {
      if (declaration.vector) machine_.vectors[missing.size()] = memory.vectors.find(declaration);
      missing.push_back(declaration.host || (declaration.vector && !machine_.vectors[missing.size()]));
    }
    uses_ = matrix_uses(graph);
    for (const MatrixUse& use : uses_) {
      matrices_.push_back(memory.matrices.find(graph.weight(use.weight), use.order));
      if (!matrices_.back()) missing[static_cast<std::size_t>(use.weight.index)] = true;
    }
    std::vector<formats::Weight> weights(missing.size());
    std::int64_t total = 0;
    for (std::size_t id = 0; id < weights.size(); ++id) {
      if (!missing[id]) continue;
      weights[id] = source(graph.weights[id]);
      total += packed_bytes(graph.weights[id], weights[id]);
    }
    std::int64_t done = 0;
    const auto finish = [&](std::size_t id) {
      done += packed_bytes(graph.weights[id], weights[id]);
      weights[id] = {};  // lets go of what the description holds
      if (progress) progress(done, total);
    };
    for (std::size_t id = 0; id < weights.size(); ++id) {
      if (!missing[id] || !graph.weights[id].vector) continue;
      const std::vector<float> values = read_vector(weights[id], graph.weights[id]);
      const gpu::Buffer buffer = machine_.device.buffer(values.size() * sizeof(float), weights[id].name);
      machine_.device.write(buffer, 0, std::as_bytes(std::span(values)));
      machine_.vectors[id] = memory.vectors.add(buffer, graph.weights[id]);
      finish(id);
    }
    const std::uint64_t limit = machine_.options.max_binding_bytes != 0
                                    ? std::min(machine_.options.max_binding_bytes, binding_limit())
                                    : binding_limit();
    ThreadPool pool(memory.threads);
    make_ready_operations();
    for (std::size_t id = 0; id < weights.size(); ++id) {
      if (!missing[id] || graph.weights[id].vector) continue;
      if (graph.weights[id].host) host_rows_.add(machine_, {static_cast<std::int32_t>(id)}, weights[id]);
      for (std::size_t use = 0; use < uses_.size(); ++use) {
        if (uses_[use].weight.index != static_cast<std::int32_t>(id) || matrices_[use]) continue;
        matrices_[use] = memory.matrices.add(pack(machine_.device, weights[id], uses_[use].order, pool, limit),
                                             graph.weights[id], uses_[use].order);
      }
      finish(id);
      make_ready_operations();
    }
    for (const auto& vector : machine_.vectors)
      if (vector) info_.weight_bytes += static_cast<std::int64_t>(vector->size());
    for (const auto& matrix : matrices_) info_.weight_bytes += matrix->bytes;
  }

  std::uint64_t binding_limit() const {
    const gpu::Capabilities& capabilities = machine_.device.capabilities();
    return std::min(capabilities.max_binding_bytes, capabilities.max_buffer_bytes);
  }

  // Null for a node that reads none, and until it is packed.
  const Matrix* matrix_of(const graph::Node& node) const {
    const auto use = matrix_use(node);
    if (!use) return nullptr;
    return matrices_[static_cast<std::size_t>(std::ranges::find(uses_, *use) - uses_.begin())].get();
  }

  void make_ready_operations() {
    while (operations_.size() < machine_.graph.nodes.size()) {
      const graph::Node& node = machine_.graph.nodes[operations_.size()];
      const Matrix* matrix = matrix_of(node);
      if (matrix == nullptr && matrix_use(node)) return;
      operations_.push_back(make(node, matrix));
      check_grid(operations_.back());
      operations_.back().stage = stage_of(machine_.graph, node);
    }
  }

  void check_grid(const Operation& operation) const {
    const std::int64_t most = machine_.device.capabilities().max_groups;
    for (const Dispatch& dispatch : operation.dispatches) {
      if (dispatch.folds || dispatch.groups <= most) continue;
      throw Error(ErrorCode::unsupported,
                  std::format("A row of the model takes {} workgroups, but {} allows at most {}. Use the CPU.",
                              dispatch.groups, machine_.device.capabilities().name, most));
    }
  }

  Operation make(const graph::Node& node, const Matrix* matrix) {
    return std::visit(
        [&]<typename T>(const T& op) -> Operation {
          if constexpr (std::is_same_v<T, graph::Embedding>) return make_embedding(machine_, node, op, *matrix);
          if constexpr (std::is_same_v<T, graph::HostEmbedding>) return {};  // host_rows_ write it
          if constexpr (std::is_same_v<T, graph::Linear>) return make_linear(machine_, node, op, *matrix);
          if constexpr (std::is_same_v<T, graph::RmsNorm>) return make_rms_norm(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::LayerNorm>) return make_layer_norm(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Add>) return make_add(machine_, node);
          if constexpr (std::is_same_v<T, graph::Multiply>) return make_multiply(machine_, node);
          if constexpr (std::is_same_v<T, graph::Scale>) return make_scale(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::TopSoftmax>) return make_top_softmax(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Activate>) return make_activate(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Slice>) return make_slice(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Rope>) return make_rope(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Write>) return make_write(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Attend>) return make_attend(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::SelectRows>) return make_select_rows(machine_, node);
          if constexpr (std::is_same_v<T, graph::Pool>) return make_pool(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Gate>) return make_gate(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Concatenate>) return make_concatenate(machine_, node);
          if constexpr (std::is_same_v<T, graph::DeltaNet>) return make_delta_net(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::AttentionInput>) return make_attention_input(machine_, node, op);
        },
        node.operation);
  }

  StepResult collect() {
    StepResult result;
    const Flight flight = std::move(flights_.front());
    flights_.pop_front();
    std::span<const std::byte> bytes = machine_.device.bytes(flight.readback);
    sampler_.collect(flight.choices, bytes, result);
    result.rows.assign_range(take<float>(bytes, flight.choices.read.size() * row_width(machine_)));
    return result;
  }

  bool profiling() const { return !times_.empty(); }

  void require_timestamps() const {
    if (machine_.device.capabilities().timestamps) return;
    throw Error(
        ErrorCode::unsupported,
        std::format("{} has no timestamps, so its operations cannot be timed one by one. Load the model without "
                    "a profile, or profile it on the CPU.",
                    machine_.device.capabilities().name));
  }

  void start_profile() {
    std::vector<std::int64_t> weight_bytes;
    weight_bytes.reserve(machine_.graph.nodes.size());
    for (const graph::Node& node : machine_.graph.nodes)
      weight_bytes.push_back(std::holds_alternative<graph::Linear>(node.operation) ? matrix_of(node)->bytes : 0);
    machine_.options.profiler->start(machine_.graph, weight_bytes);
    times_.resize(operations_.size());
  }

  void add_profile() {
    machine_.device.wait_idle();  // a step without wanted rows still runs
    const double seconds = Profiler::seconds_since(begun_);
    const std::vector<double> spans = machine_.device.take_spans();
    for (std::size_t i = 0; i < spans.size(); ++i) times_[spans_[i]].seconds += spans[i];
    machine_.options.profiler->add(*batch_, seconds, times_);
    forget_times();
  }

  void forget_times() {
    machine_.device.take_spans();
    spans_.clear();
    std::ranges::fill(times_, NodeTime());
  }

  void dispatch(std::size_t node, std::int64_t rows, Way way, Reach reach) {
    if (profiling()) {
      spans_.push_back(node);
      ++times_[node].runs;
      times_[node].rows += rows;
      machine_.device.begin_span();
    }
    for (const Dispatch& dispatch : operations_[node].dispatches)
      if ((dispatch.ways & way) != 0 && (dispatch.reaches & reach) != 0)
        machine_.device.dispatch(dispatch.bound, grid(dispatch, rows));
    if (profiling()) machine_.device.end_span();
  }

  // The operations of a pass, which run for `rows` of them and gather `gathered`, or those of the wanted rows.
  void record(Stage stage, std::size_t rows, std::size_t gathered, Way way, Reach reach) {
    std::int64_t work = 0;
    int recorded = 0;
    for (const std::size_t node : machine_.order) {
      const Operation& operation = operations_[node];
      if ((operation.stage == Stage::wanted) != (stage == Stage::wanted)) continue;
      const auto n = static_cast<std::int64_t>(operation.stage == Stage::gather ? gathered : rows);
      if (n == 0) continue;
      dispatch(node, n, way, reach);
      work += operation.work * n;
      if (work < submit_work && ++recorded < submit_operations) continue;
      machine_.device.submit();
      work = 0;
      recorded = 0;
    }
  }

  gpu::Grid grid(const Dispatch& dispatch, std::int64_t rows) const {
    const std::int64_t most = machine_.device.capabilities().max_groups;
    const std::int64_t x = std::min(dispatch.groups, most);
    return {static_cast<std::uint32_t>(x),
            static_cast<std::uint32_t>((rows + dispatch.rows_per_group - 1) / dispatch.rows_per_group),
            static_cast<std::uint32_t>((dispatch.groups + x - 1) / x)};
  }

  void write(const gpu::Buffer& buffer, const std::vector<std::uint32_t>& words) {
    machine_.device.write(buffer, 0, std::as_bytes(std::span(words)));
  }

  void describe() {
    const gpu::Capabilities& capabilities = machine_.device.capabilities();
    info_.device = std::format("{}, WebGPU on {}", capabilities.name, capabilities.backend);
    bool decoded = false;
    bool flattened = false;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      const graph::Node& node = machine_.graph.nodes[i];
      for (const Dispatch& dispatch : operations_[i].dispatches)
        if ((dispatch.ways & one_row) != 0 && (dispatch.reaches & far_reach) != 0) ++info_.dispatches_per_token;
      const Way batch = operations_[i].stage == Stage::pass ? many_rows : few_rows;
      for (const Dispatch& dispatch : operations_[i].dispatches)
        if ((dispatch.ways & batch) != 0 && (dispatch.reaches & far_reach) != 0) ++info_.dispatches_per_batch;
      if (!std::holds_alternative<graph::Linear>(node.operation)) continue;
      const Matrix& matrix = *matrix_of(node);
      info_.bytes_per_token += matrix.bytes;
      decoded = decoded || matrix.decoded;
      flattened = flattened || matrix.flattened;
    }
    ++info_.dispatches_per_token;  // the choice of the token
    info_.readbacks_per_token = 1;
    const Operations operations = count_operations(machine_.graph);
    info_.operations_per_token = operations.token;
    info_.operations_per_prompt_token = operations.prompt_token;
    info_.arena_bytes = machine_.activation_bytes;
    for (const KvPool& pool : machine_.pages)
      info_.kv_bytes += static_cast<std::int64_t>(pool.keys.size() + pool.values.size());
    for (const SlotPool& pool : machine_.slots) info_.slot_bytes += static_cast<std::int64_t>(pool.states.size());
    info_.pipelined = machine_.options.pipelined && !machine_.options.profiler && host_rows_.empty();
    add_notes(capabilities);
    if (decoded) info_.notes.emplace_back("Weights with groups or levels that no shader reads were decoded to f32.");
    if (flattened) info_.notes.emplace_back("Scales of two levels were multiplied out.");
  }

  void add_notes(const gpu::Capabilities& capabilities) {
    const Toolset& tools = machine_.tools;
    if (capabilities.software)
      info_.notes.push_back(std::format("{} is a software adapter; the CPU backend is faster.", capabilities.name));
    if (machine_.options.exact)
      info_.notes.emplace_back("Prompts are multiplied in f32: the program was compiled to be exact.");
    else if (!tools.f16)
      info_.notes.emplace_back("Prompts are multiplied in f32: the adapter has no shader-f16.");
    if (tools.subgroup_size == 0)
      info_.notes.emplace_back("Sums go through workgroup memory: the adapter has no subgroups of one known size.");
    if (tools.f16 && tools.matrix.m == 0)
      info_.notes.emplace_back(
          "Prompts are multiplied without subgroup matrices: the adapter offers no f16 shape that fits.");
    if (!machine_.options.pipelined)
      info_.notes.emplace_back("A step is begun when the one before is finished: the program was compiled so.");
    else if (!host_rows_.empty())
      info_.notes.emplace_back(
          "A step is begun when the one before is finished: the model reads tables of embeddings on the CPU.");
  }

  std::shared_ptr<GpuMemory> memory_;
  std::unique_lock<std::mutex> last_turn_{memory_->turn, std::defer_lock};  // is held while what follows goes
  Machine machine_;
  Sampler sampler_;
  std::vector<MatrixUse> uses_;
  std::vector<SharedWeights<Matrix>::Handle> matrices_;  // by index of uses_
  HostRows host_rows_;
  std::vector<Operation> operations_;  // by node
  std::deque<Flight> flights_;
  // For the profiler, of the step in hand:
  const Batch* batch_ = nullptr;
  Profiler::Clock::time_point begun_;
  std::vector<std::size_t> spans_;  // the node of each
  std::vector<NodeTime> times_;     // by node; empty when nobody wants to know
  gpu::Buffer between_;             // for copy_within
  ProgramInfo info_;
};

}  // namespace

std::unique_ptr<Program> GpuMemory::compile(graph::Graph graph, const WeightSource& weights,
                                            const ProgramOptions& options, const Progress& progress) {
  const std::lock_guard lock(turn);
  return std::make_unique<WebGpuProgram>(shared_from_this(), std::move(graph), weights, options, progress);
}

std::shared_ptr<Memory> open(int threads) { return std::make_shared<GpuMemory>(threads); }

std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                 const Progress& progress) {
  return open(options.threads)->compile(std::move(graph), weights, options, progress);
}

}  // namespace gerbil::webgpu
