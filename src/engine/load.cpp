#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>

#include "engine/devices.hpp"
#include "engine/model_weights.hpp"
#include "engine/self_check.hpp"
#include "engine/source.hpp"
#include "engine/state.hpp"
#include "graph/passes/passes.hpp"

namespace gerbil {
namespace {

constexpr std::int32_t default_context = 4096;       // of a conversation
constexpr std::int32_t longest_default_text = 8192;  // of an embedding
// Tokens and texts that share a step of an encoder: enough to keep every core busy, few enough to stay in its caches.
constexpr std::int32_t step_tokens = 1024;
constexpr std::int32_t step_texts = 128;

void check_options(const LoadOptions& options) {
  const auto require = [](bool condition, const std::string& sentence) {
    if (!condition) throw Error(ErrorCode::invalid_argument, sentence);
  };
  require(options.threads >= 0 && options.threads <= 1024,
          "threads is " + std::to_string(options.threads) + ", but should be between 0 and 1024.");
  const auto require_tokens = [&](const std::string& name, std::int32_t tokens) {
    require(tokens >= 0 && tokens <= LoadOptions::most_tokens,
            std::format("{} is {}, but should be between 0 and {}.", name, tokens, LoadOptions::most_tokens));
  };
  require_tokens("context_length", options.context_length);
  require_tokens("cache_tokens", options.cache_tokens);
  require(options.max_waiting >= 0, std::format("max_waiting is {}, but should not be negative.", options.max_waiting));
  require(options.group_size == 0 || options.group_size == 32 || options.group_size == 64 || options.group_size == 128,
          "group_size is " + std::to_string(options.group_size) + ", but should be 32, 64 or 128.");
}

// The context of the model's ropes, beyond which the long set is used; 0 when there is none.
std::int32_t rope_original_context(const graph::Graph& graph) {
  std::int32_t original = 0;
  for (const graph::RopeTable& rope : graph.ropes) {
    if (!rope.long_inverse_frequencies.empty()) original = std::max(original, rope.original_context);
  }
  return original;
}

std::unique_ptr<Program> compile(graph::Graph graph, const ModelSource& source, const ProgramOptions& program_options,
                                 const LoadOptions& options) {
#ifdef GERBIL_WEBGPU
  if (use_webgpu(options.device))
    return webgpu::compile(std::move(graph), source.weights, program_options, options.progress);
#else
  use_webgpu(options.device);
#endif
  return cpu::compile(std::move(graph), source.weights, program_options, options.progress);
}

ProgramOptions program_options(const LoadOptions& options, const std::shared_ptr<Profiler>& profiler) {
  ProgramOptions result;
  result.threads = options.threads;
  result.exact = options.exact;
  result.profiler = profiler;
  return result;
}

// Wanted rows of a step: one for every sequence, and as many as a step has tokens where their logits take little
// memory.
std::int32_t wanted_rows(std::int32_t vocabulary, const ProgramOptions& program) {
  constexpr std::int64_t logits_bytes = 64 << 20;
  const std::int64_t rows = logits_bytes / (std::int64_t{4} * std::max(vocabulary, 1));
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(rows, program.max_sequences, program.max_tokens));
}

// Tokens that each group of pages has room for. Sequences keep no more than a window of those with one: there is room
// for 16 of them, or for one of every 4,096 tokens of the cache.
std::vector<std::int32_t> group_tokens(const graph::PageGroups& groups, const ProgramOptions& program) {
  const std::int64_t sequences = std::clamp(program.kv_tokens / 4096, 16, std::max(16, program.max_sequences));
  std::vector<std::int32_t> tokens;
  for (const std::int32_t window : groups.windows) {
    const std::int64_t most = sequences * (std::int64_t{window} + 2 * kv_block_tokens) + program.max_tokens;
    tokens.push_back(window == 0 ? program.kv_tokens
                                 : static_cast<std::int32_t>(std::min<std::int64_t>(program.kv_tokens, most)));
  }
  return tokens;
}

// Of recurrent states: how many sequences, and how many snapshots, fit in 256 MiB each; at least 4, whatever they take.
std::int32_t state_count(const graph::Graph& graph, std::int32_t most) {
  constexpr std::int64_t bytes = 256 << 20;
  std::int64_t elements = 0;
  for (const graph::Slot& slot : graph.slots) elements += slot.elements;
  if (elements == 0) return 0;
  return static_cast<std::int32_t>(std::min<std::int64_t>(std::max<std::int64_t>(bytes / (4 * elements), 4), most));
}

// What runs a model that generates, token by token.
std::unique_ptr<runtime::Driver> make_generator(graph::Graph graph, const ModelSource& source, const ModelInfo& info,
                                                const LoadOptions& options, const std::shared_ptr<Profiler>& profiler) {
  ProgramOptions program = program_options(options, profiler);
  program.kv_tokens = options.cache_tokens > 0 ? options.cache_tokens : 2 * info.context_length;
  program.max_positions = info.context_length;
  program.max_outputs = wanted_rows(info.vocabulary_size, program);
  const graph::PageGroups groups = graph::page_groups(graph);
  program.group_tokens = group_tokens(groups, program);
  const std::int32_t states = state_count(graph, program.max_sequences);
  program.slots = 2 * states;
  if (states > 0) program.max_sequences = states;
  // Beside all that decode there must be room for what a prompt may be cut to, or scores would never get a turn.
  if (graph.step_multiple > 1) {
    program.max_outputs = std::max(program.max_outputs, program.max_sequences + graph.step_multiple);
  }
  const runtime::SchedulerOptions scheduler{.context_length = info.context_length,
                                            .kv_tokens = program.kv_tokens,
                                            .windows = groups.windows,
                                            .group_tokens = program.group_tokens,
                                            .slots = states,
                                            .snapshots = states,
                                            .step_multiple = graph.step_multiple,
                                            .step_tokens = program.max_tokens,
                                            .max_tokens = program.max_tokens,
                                            .max_sequences = program.max_sequences,
                                            .max_outputs = program.max_outputs,
                                            .vocabulary = info.vocabulary_size,
                                            .rope_original_context = rope_original_context(graph),
                                            .max_waiting = options.max_waiting};
  return std::make_unique<runtime::Driver>(compile(std::move(graph), source, program, options), scheduler);
}

// What runs a model of whole texts: every one is in a step of its own or among others, in pages of its own.
std::unique_ptr<runtime::Driver> make_encoder(graph::Graph graph, const ModelSource& source, const ModelInfo& info,
                                              const LoadOptions& options, const std::shared_ptr<Profiler>& profiler) {
  ProgramOptions program = program_options(options, profiler);
  program.max_tokens = std::max(step_tokens, info.context_length);
  program.max_positions = info.context_length;
  program.max_sequences = step_texts;
  program.max_outputs = step_texts;
  program.kv_tokens = program.max_tokens + kv_block_tokens * step_texts;
  program.slots = graph.slots.empty() ? 0 : step_texts;
  const runtime::SchedulerOptions scheduler{.context_length = info.context_length,
                                            .kv_tokens = program.kv_tokens,
                                            .windows = graph::page_groups(graph).windows,
                                            .slots = program.slots,
                                            .step_tokens = step_tokens,
                                            .max_tokens = program.max_tokens,
                                            .max_sequences = program.max_sequences,
                                            .max_outputs = program.max_outputs,
                                            .vocabulary = info.vocabulary_size,
                                            .types = table_rows(graph, graph::Index::type),
                                            .padding_token = graph.padding_token,
                                            .max_waiting = options.max_waiting,
                                            .whole_texts = true};
  return std::make_unique<runtime::Driver>(compile(std::move(graph), source, program, options), scheduler);
}

}  // namespace

Engine Engine::load(const std::string& model, const LoadOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  check_options(options);
  const ModelSource source = open_source(model, options);
  // The last handle may go in a callback on the worker, which cannot wait for its own end.
  const std::shared_ptr<State> state(new State, [](State* last) {
    if (last->driver && last->driver->is_worker()) {
      std::thread([last] { delete last; }).detach();
    } else {
      delete last;
    }
  });
  if (source.checkpoint) {
    state->files = read_model_files(source.checkpoint->directory(), source.config, source.sentence.transformer);
  }

  state->pipeline = source.pipeline;
  state->score_activation = source.score_activation;
  state->warnings = source.warnings;
  const auto warn = [&](const std::vector<std::string>& more) {
    state->warnings.insert(state->warnings.end(), more.begin(), more.end());
  };
  warn(source.pipeline.warnings);
  warn(state->files.warnings);
  if (state->files.chat_templates) warn(state->files.chat_templates->problems());
  if (const auto& tokenizer = state->files.tokenizer) {
    for (const std::string& warning : tokenizer->warnings()) state->warnings.push_back("tokenizer.json: " + warning);
  }

  graph::Graph graph = source.build();
  if (options.optimize) {
    graph::optimize(graph, [&](const auto& a, const auto& b) { return can_merge(source.weights, a, b); });
  }

  ModelInfo& info = state->info;
  info.name = source.name;
  info.architecture = models::architecture(source.config);
  info.quantization = source.quantization;
  info.vocabulary_size = table_rows(graph, graph::Index::token);
  const std::int32_t longest = source.longest_context(graph);
  if (source.whole_texts()) {
    info.dimensions = graph.value(graph.output).width;
    info.pipeline = source.pipeline.summary();
    // The positions of a text are rows of a table: what is longer has none.
    const std::int32_t wanted = options.context_length > 0 ? options.context_length : longest_default_text;
    info.context_length = std::min(wanted, longest);
  } else {
    info.context_length = options.context_length > 0 ? options.context_length : std::min(longest, default_context);
  }
  for (const graph::WeightDeclaration& weight : graph.weights) info.parameters += weight.rows * weight.columns;
  info.layers = static_cast<int>(std::ranges::count_if(graph.nodes, [](const graph::Node& node) {
    return std::holds_alternative<graph::Attend>(node.operation) ||
           std::holds_alternative<graph::DeltaNet>(node.operation);
  }));
  if (info.context_length > graph.context_length) {
    state->warnings.push_back("The context of " + std::to_string(info.context_length) +
                              " tokens is longer than the model was made for, " + std::to_string(graph.context_length) +
                              ".");
  }

  if (options.check && source.checkpoint) {
    auto findings = check_weights(graph, source.weights);
    state->warnings.insert(state->warnings.end(), findings.begin(), findings.end());
  }
  if (options.profile) state->profiler = std::make_shared<Profiler>();
  state->driver = source.whole_texts() ? make_encoder(std::move(graph), source, info, options, state->profiler)
                                       : make_generator(std::move(graph), source, info, options, state->profiler);

  const ProgramInfo& program = state->driver->info();
  info.device = program.device;
  info.weight_bytes = program.weight_bytes;
  info.bytes_per_token = program.bytes_per_token;
  info.operations_per_token = program.operations_per_token;
  info.operations_per_prompt_token = program.operations_per_prompt_token;
  info.arena_bytes = program.arena_bytes;
  info.cache_bytes = program.kv_bytes + program.slot_bytes;
  info.dispatches_per_token = program.dispatches_per_token;
  info.dispatches_per_batch = program.dispatches_per_batch;
  info.readbacks_per_token = program.readbacks_per_token;
  info.notes = program.notes;
  if (options.check && state->files.tokenizer && !state->encodes()) {
    if (auto finding = check_predictions(*state->driver, state->files, info.vocabulary_size)) {
      state->warnings.push_back(*finding);
    }
  }
  if (state->profiler) state->profiler->take();  // what the checks took
  info.load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Engine(state);
}

}  // namespace gerbil
