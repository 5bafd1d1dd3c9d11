#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <utility>

#include "engine/devices.hpp"
#include "engine/model_path.hpp"
#include "engine/model_weights.hpp"
#include "engine/random_model.hpp"
#include "engine/self_check.hpp"
#include "engine/state.hpp"
#include "graph/passes/passes.hpp"
#include "models/registry.hpp"

namespace gerbil {
namespace {

constexpr std::int32_t default_context = 4096;

void check_options(const LoadOptions& options) {
  const auto require = [](bool condition, const std::string& sentence) {
    if (!condition) throw Error(ErrorCode::invalid_argument, sentence);
  };
  require(options.threads >= 0 && options.threads <= 1024,
          "threads is " + std::to_string(options.threads) + ", but should be between 0 and 1024.");
  require(options.context_length >= 0,
          "context_length is " + std::to_string(options.context_length) + ", but should not be negative.");
  require(options.cache_tokens >= 0,
          "cache_tokens is " + std::to_string(options.cache_tokens) + ", but should not be negative.");
  require(options.group_size == 0 || options.group_size == 32 || options.group_size == 64 || options.group_size == 128,
          "group_size is " + std::to_string(options.group_size) + ", but should be 32, 64 or 128.");
}

// Everything a backend needs, whether it comes from a directory or is made up.
struct Source {
  Json config;
  WeightSource weights;
  std::string name;
  std::string quantization;
  std::optional<formats::Checkpoint> checkpoint;
};

Source open_source(const std::string& model, const LoadOptions& options) {
  if (model.starts_with(random_prefix)) {
    return {random_config(model), random_weights(options), model, "random affine", std::nullopt};
  }
  const auto directory = resolve_model(model);
  const auto checkpoint = formats::Checkpoint::open(directory);
  std::string quantization = checkpoint.quantization();
  if (options.quantize != Quantization::none) {
    quantization += options.quantize == Quantization::int4 ? ", quantised to 4 bits while loading"
                                                           : ", quantised to 8 bits while loading";
  }
  return {checkpoint.config(), checkpoint_weights(checkpoint, options),
          std::filesystem::absolute(directory).lexically_normal().filename().string(), quantization, checkpoint};
}

// The context of the model's ropes, beyond which the long set is used; 0 when there is none.
std::int32_t rope_original_context(const graph::Graph& graph) {
  std::int32_t original = 0;
  for (const graph::RopeTable& rope : graph.ropes) {
    if (!rope.long_inverse_frequencies.empty()) original = std::max(original, rope.original_context);
  }
  return original;
}

std::unique_ptr<Program> compile(graph::Graph graph, const Source& source, const ProgramOptions& program_options,
                                 const LoadOptions& options) {
#ifdef GERBIL_WEBGPU
  if (use_webgpu(options.device))
    return webgpu::compile(std::move(graph), source.weights, program_options, options.progress);
#else
  use_webgpu(options.device);
#endif
  return cpu::compile(std::move(graph), source.weights, program_options, options.progress);
}

}  // namespace

Engine Engine::load(const std::string& model, const LoadOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  check_options(options);
  const Source source = open_source(model, options);
  auto state = std::make_shared<State>();
  if (source.checkpoint) state->files = read_model_files(source.checkpoint->directory(), source.config);

  graph::Graph graph = models::build(source.config);
  if (options.optimize) {
    graph::optimize(graph, [&](const auto& a, const auto& b) { return can_merge(source.weights, a, b); });
  }

  ModelInfo& info = state->info;
  info.name = source.name;
  info.architecture = models::architecture(source.config);
  info.quantization = source.quantization;
  info.vocabulary_size = graph.value(graph.output).width;
  info.context_length =
      options.context_length > 0 ? options.context_length : std::min(graph.context_length, default_context);
  for (const graph::WeightDeclaration& weight : graph.weights) info.parameters += weight.rows * weight.columns;
  if (info.context_length > graph.context_length) {
    state->warnings.push_back("The context of " + std::to_string(info.context_length) +
                              " tokens is longer than the model was made for, " + std::to_string(graph.context_length) +
                              ".");
  }

  ProgramOptions program_options;
  program_options.threads = options.threads;
  program_options.exact = options.exact;
  program_options.kv_tokens = options.cache_tokens > 0 ? options.cache_tokens : 2 * info.context_length;
  const runtime::SchedulerOptions scheduler_options{.context_length = info.context_length,
                                                    .kv_tokens = program_options.kv_tokens,
                                                    .max_tokens = program_options.max_tokens,
                                                    .max_sequences = program_options.max_sequences,
                                                    .vocabulary = info.vocabulary_size,
                                                    .rope_original_context = rope_original_context(graph)};
  if (options.check && source.checkpoint) {
    auto findings = check_weights(graph, source.weights);
    state->warnings.insert(state->warnings.end(), findings.begin(), findings.end());
  }
  state->scheduler = std::make_unique<runtime::Scheduler>(compile(std::move(graph), source, program_options, options),
                                                          scheduler_options);

  const ProgramInfo& program = state->scheduler->info();
  info.device = program.device;
  info.weight_bytes = program.weight_bytes;
  info.bytes_per_token = program.bytes_per_token;
  info.operations_per_token = program.operations_per_token;
  info.operations_per_prompt_token = program.operations_per_prompt_token;
  info.arena_bytes = program.arena_bytes;
  info.cache_bytes = program.kv_bytes;
  info.dispatches_per_token = program.dispatches_per_token;
  info.readbacks_per_token = program.readbacks_per_token;
  info.notes = program.notes;
  if (options.check && state->files.tokenizer) {
    if (auto finding = check_predictions(*state->scheduler, state->files, info.vocabulary_size)) {
      state->warnings.push_back(*finding);
    }
  }
  info.load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Engine(std::move(state));
}

}  // namespace gerbil
