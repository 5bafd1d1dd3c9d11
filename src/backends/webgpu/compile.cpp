// The WebGPU backend: packs the weights, makes dispatches of every node, and runs them in order.
#include <algorithm>
#include <format>
#include <numeric>

#include "backends/program.hpp"
#include "backends/webgpu/operations.hpp"
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

// The rows of a batch that run together, by their numbers in the batch.
struct Pass {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> outputs;  // indices into Batch::outputs
  Way way = many_rows;
};

// What is decoded and what is read of prompts run apart, so that the kernels a sequence goes through, and with them the
// rounding of its numbers, do not depend on what else is in the batch.
std::vector<Pass> split(const Batch& batch) {
  Pass decoded;
  Pass prompts;
  std::size_t output = 0;
  for (std::size_t row = 0; row < batch.tokens.size(); ++row) {
    const SequenceView& view = batch.views[static_cast<std::size_t>(batch.sequences[row])];
    Pass& pass = view.phase == Phase::decode ? decoded : prompts;
    pass.rows.push_back(row);
    if (output < batch.outputs.size() && static_cast<std::size_t>(batch.outputs[output]) == row)
      pass.outputs.push_back(output++);
  }
  decoded.way = decoded.rows.size() == 1 ? one_row : few_rows;
  std::vector<Pass> passes;
  if (!decoded.rows.empty()) passes.push_back(std::move(decoded));
  if (!prompts.rows.empty()) passes.push_back(std::move(prompts));
  return passes;
}

// What kernels/wgsl/step.wgsl reads.
std::vector<std::uint32_t> step_words(const Batch& batch, const Pass& pass) {
  std::vector<std::uint32_t> words(static_cast<std::size_t>(step_token_words) * pass.rows.size());
  std::vector<std::size_t> table(batch.views.size(), 0);  // where each sequence's pages begin; 0: not there yet
  for (std::size_t i = 0; i < pass.rows.size(); ++i) {
    const std::size_t row = pass.rows[i];
    const auto sequence = static_cast<std::size_t>(batch.sequences[row]);
    const SequenceView& view = batch.views[sequence];
    if (table[sequence] == 0) {
      words.push_back(static_cast<std::uint32_t>(view.skipped));
      words.push_back(static_cast<std::uint32_t>(view.length));
      table[sequence] = words.size();
      words.insert(words.end(), view.blocks.begin(), view.blocks.end());
    }
    std::uint32_t* token = &words[static_cast<std::size_t>(step_token_words) * i];
    token[0] = static_cast<std::uint32_t>(batch.tokens[row]);
    token[1] = static_cast<std::uint32_t>(batch.positions[row]);
    token[2] = static_cast<std::uint32_t>(table[sequence]);
    const std::int32_t type = batch.types.empty() ? 0 : batch.types[row];
    token[3] = (view.long_rope ? 1u : 0u) + (static_cast<std::uint32_t>(type) << 1) +
               (static_cast<std::uint32_t>(batch.task) << 16);
    token[4] = batch.ordinals.empty() ? 0 : static_cast<std::uint32_t>(batch.ordinals[row]);
  }
  return words;
}

class WebGpuProgram final : public Program {
 public:
  WebGpuProgram(graph::Graph graph, const WeightSource& source, const ProgramOptions& options, const Progress& progress)
      : machine_(std::move(graph), options), sampler_(machine_) {
    load(source, progress);
    for (Operation& operation : operations_)
      for (Dispatch& dispatch : operation.dispatches)
        dispatch.bound = machine_.device.bind(dispatch.kernel, dispatch.bindings);
    machine_.device.wait_idle();
    describe();
  }

  void begin(const Batch& batch) override {
    if (batch.tokens.size() > static_cast<std::size_t>(machine_.options.max_tokens)) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("The batch has {} tokens; this program was compiled for at most {} in a step.",
                              batch.tokens.size(), machine_.options.max_tokens));
    }
    batch_ = &batch;
  }

  void choose(const Choices& choices) override {
    const std::size_t outputs = batch_->outputs.size();
    result_ = {};
    logits_.resize(choices.read.empty() ? 0 : outputs * vocabulary());
    tokens_.assign(outputs, 0);
    sampling_.assign(choices.chosen.empty() ? 0 : outputs, {});
    for (std::size_t i = 0; i < choices.chosen.size(); ++i) sampling_[choices.chosen[i]] = choices.sampling[i];
    for (const Pass& pass : split(*batch_)) run(*batch_, pass);
    for (const std::int32_t row : choices.chosen) result_.tokens.push_back(tokens_[row]);
    result_.probabilities.resize(choices.chosen.size());
    for (const std::int32_t row : choices.read)
      result_.rows.append_range(std::span(logits_).subspan(row * vocabulary(), vocabulary()));
  }

  bool ready() override { return true; }
  StepResult finish() override { return std::exchange(result_, {}); }

  void copy_block(std::int32_t from, std::int32_t to) override {
    // WebGPU copies between different buffers only, so a page goes through one of its own.
    for (const KvPool& pool : machine_.pages) {
      if (!page_ || page_.size() < pool.page_bytes) page_ = machine_.device.buffer(pool.page_bytes, "page");
      for (const gpu::Buffer& buffer : {pool.keys, pool.values}) {
        machine_.device.copy(buffer, static_cast<std::uint64_t>(from) * pool.page_bytes, page_, 0, pool.page_bytes);
        machine_.device.copy(page_, 0, buffer, static_cast<std::uint64_t>(to) * pool.page_bytes, pool.page_bytes);
      }
    }
  }

  const ProgramInfo& info() const override { return info_; }

 private:
  std::size_t vocabulary() const { return static_cast<std::size_t>(machine_.width(machine_.graph.output)); }

  // Packs weight after weight and makes the operations of every node whose weights are there, so that shaders compile
  // while the next weights are read.
  void load(const WeightSource& source, const Progress& progress) {
    uses_ = matrix_uses(machine_.graph);
    matrices_.resize(uses_.size());
    std::vector<formats::Weight> weights;
    std::int64_t total = 0;
    for (const graph::WeightDeclaration& declaration : machine_.graph.weights) {
      weights.push_back(source(declaration));
      total += weights.back().stored_bytes();
    }
    std::int64_t done = 0;
    const auto finish = [&](std::size_t id) {
      done += weights[id].stored_bytes();
      weights[id] = {};  // lets go of what the description holds
      if (progress) progress(done, total);
    };
    for (std::size_t id = 0; id < weights.size(); ++id) {
      if (!machine_.graph.weights[id].vector) continue;
      const std::vector<float> values = read_vector(weights[id], machine_.graph.weights[id]);
      machine_.vectors[id] = machine_.device.buffer(values.size() * sizeof(float), weights[id].name);
      machine_.device.write(machine_.vectors[id], 0, std::as_bytes(std::span(values)));
      info_.weight_bytes += static_cast<std::int64_t>(values.size() * sizeof(float));
      finish(id);
    }
    const std::uint64_t limit = machine_.options.max_binding_bytes != 0
                                    ? std::min(machine_.options.max_binding_bytes, binding_limit())
                                    : binding_limit();
    ThreadPool pool(machine_.options.threads);
    make_ready_operations();
    for (std::size_t id = 0; id < weights.size(); ++id) {
      if (machine_.graph.weights[id].vector) continue;
      for (std::size_t use = 0; use < uses_.size(); ++use) {
        if (uses_[use].weight.index != static_cast<std::int32_t>(id)) continue;
        matrices_[use] = pack(machine_.device, weights[id], uses_[use].order, pool, limit);
        info_.weight_bytes += matrices_[use].bytes;
      }
      finish(id);
      make_ready_operations();
    }
  }

  std::uint64_t binding_limit() const {
    const gpu::Capabilities& capabilities = machine_.device.capabilities();
    return std::min(capabilities.max_binding_bytes, capabilities.max_buffer_bytes);
  }

  const Matrix* matrix_of(const graph::Node& node) const {
    const auto use = matrix_use(node);
    if (!use) return nullptr;
    return &matrices_[static_cast<std::size_t>(std::ranges::find(uses_, *use) - uses_.begin())];
  }

  void make_ready_operations() {
    while (operations_.size() < machine_.graph.nodes.size()) {
      const graph::Node& node = machine_.graph.nodes[operations_.size()];
      const Matrix* matrix = matrix_of(node);
      if (matrix != nullptr && matrix->parts.empty()) return;
      operations_.push_back(make(node, matrix));
    }
  }

  Operation make(const graph::Node& node, const Matrix* matrix) {
    return std::visit(
        [&]<typename T>(const T& op) -> Operation {
          if constexpr (std::is_same_v<T, graph::Embedding>) return make_embedding(machine_, node, op, *matrix);
          if constexpr (std::is_same_v<T, graph::Linear>) return make_linear(machine_, node, op, *matrix);
          if constexpr (std::is_same_v<T, graph::RmsNorm>) return make_rms_norm(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::LayerNorm>) return make_layer_norm(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Add>) return make_add(machine_, node);
          if constexpr (std::is_same_v<T, graph::Multiply>) return make_multiply(machine_, node);
          if constexpr (std::is_same_v<T, graph::TopSoftmax>) return make_top_softmax(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Activate>) return make_activate(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Slice>) return make_slice(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Rope>) return make_rope(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Write>) return make_write(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::Attend>) return make_attend(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::SelectRows>) return make_select_rows(machine_, node);
          if constexpr (std::is_same_v<T, graph::Pool>) return make_pool(machine_, node, op);
          if constexpr (std::is_same_v<T, graph::AttentionInput>) return make_attention_input(machine_, node, op);
        },
        node.operation);
  }

  void run(const Batch& batch, const Pass& pass) {
    write(machine_.step, step_words(batch, pass));
    // More outputs than the logits have room for come in turns; the first is written ahead of all commands.
    const std::span<const std::size_t> outputs(pass.outputs);
    const std::size_t room = std::min<std::size_t>(outputs.size(), machine_.options.max_sequences);
    write_outputs(batch, pass, outputs.first(room));
    record(graph::Rows::tokens, pass.rows.size(), pass.way);
    for (std::size_t begin = 0; begin < outputs.size(); begin += room) {
      const auto turn = outputs.subspan(begin, std::min(room, outputs.size() - begin));
      if (begin > 0) write_outputs(batch, pass, turn);
      run_outputs(turn);
    }
    machine_.device.submit();
  }

  // Which rows are wanted, and what the choice of their tokens depends on.
  void write_outputs(const Batch& batch, const Pass& pass, std::span<const std::size_t> outputs) {
    std::vector<std::uint32_t> selected;
    std::vector<Sampling> sampling;
    for (const std::size_t output : outputs) {
      const auto place = std::ranges::lower_bound(pass.rows, static_cast<std::size_t>(batch.outputs[output]));
      selected.push_back(static_cast<std::uint32_t>(place - pass.rows.begin()));
      if (!sampling_.empty()) sampling.push_back(sampling_[output]);
    }
    write(machine_.selected, selected);
    sampler_.write(sampling);
  }

  // The nodes after the selection of rows, the logits, and the choice of tokens.
  void run_outputs(std::span<const std::size_t> outputs) {
    record(graph::Rows::outputs, outputs.size(), outputs.size() == 1 ? one_row : few_rows);
    if (!logits_.empty()) {
      std::vector<float> logits(outputs.size() * vocabulary());
      machine_.device.read(machine_.value(machine_.graph.output), 0, std::as_writable_bytes(std::span(logits)));
      for (std::size_t i = 0; i < outputs.size(); ++i)
        std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(i * vocabulary()), vocabulary(),
                    logits_.begin() + static_cast<std::ptrdiff_t>(outputs[i] * vocabulary()));
    }
    if (sampling_.empty()) return;
    const std::vector<std::int32_t> chosen = sampler_.choose(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) tokens_[outputs[i]] = chosen[i];
  }

  void record(graph::Rows rows, std::size_t count, Way way) {
    const auto n = static_cast<std::int64_t>(count);
    std::int64_t work = 0;
    int recorded = 0;
    for (const Operation& operation : operations_) {
      if (operation.rows != rows) continue;
      for (const Dispatch& dispatch : operation.dispatches)
        if ((dispatch.ways & way) != 0) machine_.device.dispatch(dispatch.bound, grid(dispatch, n));
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
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      const graph::Node& node = machine_.graph.nodes[i];
      for (const Dispatch& dispatch : operations_[i].dispatches)
        if ((dispatch.ways & one_row) != 0) ++info_.dispatches_per_token;
      const Way batch = operations_[i].rows == graph::Rows::tokens ? many_rows : few_rows;
      for (const Dispatch& dispatch : operations_[i].dispatches)
        if ((dispatch.ways & batch) != 0) ++info_.dispatches_per_batch;
      if (!std::holds_alternative<graph::Linear>(node.operation)) continue;
      const Matrix& matrix = *matrix_of(node);
      info_.bytes_per_token += matrix.bytes;
      decoded = decoded || matrix.decoded;
    }
    ++info_.dispatches_per_token;  // the choice of the token
    info_.readbacks_per_token = 1;
    const Operations operations = count_operations(machine_.graph);
    info_.operations_per_token = operations.token;
    info_.operations_per_prompt_token = operations.prompt_token;
    info_.arena_bytes = machine_.activation_bytes;
    for (const KvPool& pool : machine_.pages)
      info_.kv_bytes += static_cast<std::int64_t>(pool.keys.size() + pool.values.size());
    add_notes(capabilities, decoded);
  }

  void add_notes(const gpu::Capabilities& capabilities, bool decoded) {
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
    if (decoded) info_.notes.emplace_back("Weights whose groups are not a multiple of 32 were decoded to f32.");
  }

  Machine machine_;
  Sampler sampler_;
  std::vector<MatrixUse> uses_;
  std::vector<Matrix> matrices_;       // by index of uses_
  std::vector<Operation> operations_;  // by node
  const Batch* batch_ = nullptr;       // of the step in hand, as what follows
  std::vector<Sampling> sampling_;
  std::vector<float> logits_;
  std::vector<std::int32_t> tokens_;
  StepResult result_;
  gpu::Buffer page_;  // for copy_block
  ProgramInfo info_;
};

}  // namespace

std::unique_ptr<Program> compile(graph::Graph graph, const WeightSource& weights, const ProgramOptions& options,
                                 const Progress& progress) {
  return std::make_unique<WebGpuProgram>(std::move(graph), weights, options, progress);
}

}  // namespace gerbil::webgpu
