// Runs the dispatches of a compiled graph, step by step.
#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "backends/webgpu/compiled.hpp"
#include "backends/webgpu/passes.hpp"
#include "backends/webgpu/results.hpp"
#include "backends/webgpu/sampler.hpp"
#include "backends/webgpu/step_times.hpp"

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
      : memory_(memory), machine_(memory, std::move(graph), options), times_(machine_), sampler_(machine_) {
    for (const graph::Node& node : machine_.graph.nodes)
      if (std::holds_alternative<graph::Input>(node.operation)) input_ = node.outputs[0];
    if (const auto& handed = machine_.graph.handed)
      handed_ = machine_.device.buffer(machine_.value(*handed).size(), "handed rows");
    last_turn_.unlock();
    load(source, progress);
  }

  ~WebGpuProgram() override { last_turn_.lock(); }

  void begin(const Batch& batch) override {
    const std::lock_guard turn(turns());
    check_rows(batch, machine_.options);
    times_.begin_step(batch);
    clear_slots(batch);
    std::size_t done = 0;  // rows of passes before
    handed_places_.resize(handed_ ? batch.tokens.size() : 0);
    const std::vector<Pass> passes = split(batch);
    handed_apart_ = passes.size() > 1;
    for (const Pass& pass : passes) {
      write(machine_.step, step_words(batch, pass));
      write(machine_.selected, pass.selected);
      compiled_.host_rows.write(machine_, batch, pass);
      write_input(batch, pass);
      record(Stage::pass, pass.rows.size(), pass.selected.size() / 2, pass.way, pass.reach);
      keep_handed(pass, done);
      done += pass.rows.size();
    }
    const std::size_t wanted = batch.outputs.size();
    record(Stage::wanted, wanted, 0, decoded_way(wanted), far_reach);
    machine_.device.submit();
  }

  void choose(const Choices& choices) override {
    const std::lock_guard turn(turns());
    std::vector<gpu::Range> results;
    sampler_.record(choices, results);
    add_rows(machine_.value(machine_.graph.output), row_width(machine_), choices.read, results);
    if (!choices.handed.empty()) {
      std::vector<std::int32_t> places;
      for (const std::int32_t row : choices.handed) places.push_back(handed_places_[static_cast<std::size_t>(row)]);
      add_rows(handed_apart_ ? handed_ : machine_.value(*machine_.graph.handed), handed_width(), places, results);
    }
    // Steps that give nothing back are waited for, too, or those of a long prompt would pile up.
    if (results.empty()) results.push_back({machine_.chosen, 0, sizeof(std::uint32_t)});
    flights_.push_back({choices, machine_.device.start_read(results)});
  }

  bool ready() override { return machine_.device.arrived(flights_.front().readback); }

  StepResult finish() override {
    machine_.device.wait(flights_.front().readback);  // without keeping others from the device
    const std::lock_guard turn(turns());
    StepResult result = collect();
    times_.finish_step();
    return result;
  }

  void copy_block(const BlockCopy& copy) override {
    const std::lock_guard turn(turns());
    for (const KvPool& pool : machine_.pages) {
      if (pool.group != copy.group) continue;
      for (const gpu::Buffer& buffer : {pool.keys, pool.values}) {
        copy_within(buffer, copy.from, copy.to, pool.page_bytes);
      }
    }
  }

  void copy_slot(std::int32_t from, std::int32_t to) override {
    const std::lock_guard turn(turns());
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

  std::size_t handed_width() const { return static_cast<std::size_t>(machine_.width(*machine_.graph.handed)); }

  // The rows that come with the batch, of a pass.
  void write_input(const Batch& batch, const Pass& pass) {
    if (!input_) return;
    const auto columns = static_cast<std::size_t>(machine_.width(*input_));
    std::vector<float> rows;
    for (const std::size_t row : pass.rows) rows.append_range(batch.rows.subspan(row * columns, columns));
    machine_.device.write(machine_.value(*input_), 0, std::as_bytes(std::span(rows)));
  }

  // What a pass hands over, behind that of those before it where there are several: the next would write over it.
  void keep_handed(const Pass& pass, std::size_t done) {
    if (!handed_) return;
    for (std::size_t i = 0; i < pass.rows.size(); ++i)
      handed_places_[pass.rows[i]] = static_cast<std::int32_t>(done + i);
    if (!handed_apart_) return;
    const std::uint64_t bytes = handed_width() * sizeof(float);
    machine_.device.copy(machine_.value(*machine_.graph.handed), 0, handed_, done * bytes, pass.rows.size() * bytes);
  }

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

  // Takes turns, and again the last if it fails: what it has made is let go of then.
  void load(const WeightSource& source, const Progress& progress) try {
    compile(machine_, source, progress, compiled_);
    for (Operation& operation : compiled_.operations)
      for (Dispatch& dispatch : operation.dispatches)
        while (!bind(dispatch)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (gpu::may_wait) wait_for_weights();
    info_ = describe(machine_, compiled_);
    times_.start(compiled_);
  } catch (...) {
    last_turn_.lock();
    throw;
  }

  // False while the kernel is compiling.
  bool bind(Dispatch& dispatch) {
    const std::lock_guard turn(turns());
    if (!machine_.device.compiled(dispatch.kernel)) return false;
    dispatch.bound = machine_.device.bind(dispatch.kernel, dispatch.bindings);
    return true;
  }

  // Until they are on the device; without keeping others from it.
  void wait_for_weights() {
    const auto read = [&] {
      const std::lock_guard turn(turns());
      const std::array<gpu::Range, 1> last{{{machine_.chosen, 0, sizeof(std::uint32_t)}}};
      return machine_.device.start_read(last);
    };
    gpu::Readback readback = read();
    machine_.device.wait(readback);
    const std::lock_guard turn(turns());
    machine_.device.bytes(readback);
    readback = {};
  }

  StepResult collect() {
    StepResult result;
    const Flight flight = std::move(flights_.front());
    flights_.pop_front();
    std::span<const std::byte> bytes = machine_.device.bytes(flight.readback);
    sampler_.collect(flight.choices, bytes, result);
    result.rows.assign_range(take<float>(bytes, flight.choices.read.size() * row_width(machine_)));
    if (handed_) result.handed.assign_range(take<float>(bytes, flight.choices.handed.size() * handed_width()));
    return result;
  }

  void dispatch(std::size_t node, std::int64_t rows, Way way, Reach reach) {
    times_.begin(node, rows);
    for (const Dispatch& dispatch : compiled_.operations[node].dispatches)
      if ((dispatch.ways & way) != 0 && (dispatch.reaches & reach) != 0)
        machine_.device.dispatch(dispatch.bound, grid(dispatch, rows));
    times_.end();
  }

  // The operations of a pass, which run for `rows` of them and gather `gathered`, or those of the wanted rows.
  void record(Stage stage, std::size_t rows, std::size_t gathered, Way way, Reach reach) {
    std::int64_t work = 0;
    int recorded = 0;
    for (const std::size_t node : machine_.order) {
      const Operation& operation = compiled_.operations[node];
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

  Turns& turns() { return memory_->backend->turns; }

  std::shared_ptr<GpuMemory> memory_;
  std::unique_lock<Turns> last_turn_{turns()};  // is held while what follows comes and goes
  Machine machine_;
  StepTimes times_;
  Sampler sampler_;
  Compiled compiled_;
  std::deque<Flight> flights_;
  gpu::Buffer between_;  // for copy_within
  std::optional<graph::ValueId> input_;
  gpu::Buffer handed_;                       // what the graph hands over, of all passes; null where it does not
  bool handed_apart_ = false;                // whether the latest batch has it there, and not in the graph's value
  std::vector<std::int32_t> handed_places_;  // there, by row of the latest batch
  ProgramInfo info_;
};

}  // namespace

std::unique_ptr<Program> GpuMemory::compile(graph::Graph graph, const WeightSource& weights,
                                            const ProgramOptions& options, const Progress& progress) {
  const std::lock_guard lock(compiling);
  return std::make_unique<WebGpuProgram>(shared_from_this(), std::move(graph), weights, options, progress);
}

std::shared_ptr<Memory> GpuBackend::memory() { return std::make_shared<GpuMemory>(shared_from_this()); }

std::shared_ptr<Backend> open(int threads) { return std::make_shared<GpuBackend>(threads); }

std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                 const Progress& progress) {
  return open(options.threads)->memory()->compile(std::move(graph), weights, options, progress);
}

}  // namespace gerbil::webgpu
