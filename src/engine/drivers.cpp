#include "engine/drivers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "graph/passes/passes.hpp"
#include "runtime/layer_drafter.hpp"

namespace gerbil {
namespace {

// Tokens and texts that share a step of an encoder: enough to keep every core busy, few enough to stay in its caches.
#ifdef __EMSCRIPTEN__
// And fewer in a page, which hears of nothing while a step runs and draws nothing while its GPU is busy.
constexpr std::int32_t step_tokens = 256;
constexpr std::int32_t prompt_tokens = 128;
#else
constexpr std::int32_t step_tokens = 1024;
constexpr std::int32_t prompt_tokens = 512;  // of language models
#endif
constexpr std::int32_t step_texts = 128;

// Guesses of one sequence, and rows of decoded tokens and guesses up to which a step costs little more than one row.
constexpr std::int32_t draft_tokens = 7;
constexpr std::int32_t draft_rows = 8;

// The context of the model's ropes, beyond which the long set is used; 0 when there is none.
std::int32_t rope_original_context(const graph::Graph& graph) {
  std::int32_t original = 0;
  for (const graph::RopeTable& rope : graph.ropes) {
    if (!rope.long_inverse_frequencies.empty()) original = std::max(original, rope.original_context);
  }
  return original;
}

ProgramOptions program_options(const LoadDiagnostics& diagnostics, const std::shared_ptr<Profiler>& profiler) {
  ProgramOptions result;
  result.max_tokens = prompt_tokens;
  result.exact = diagnostics.exact;
  result.pipelined = diagnostics.pipeline;
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

// Of what a model hands over to layers that guess, as much is kept before it is read, and of two steps beside: 16 MiB.
constexpr std::int32_t handed_elements = 4 << 20;
// What a step takes longer that is not begun ahead, as it was measured on an H100 (docs/performance.md).
constexpr double unpipelined = 0.17;

// In steps of one row of the model: what is read of weights takes the time, or on a GPU the number of dispatches.
double cost_of_guess(const ProgramInfo& draft, const ProgramInfo& model) {
  const auto ratio = [](auto a, auto b) { return b > 0 ? static_cast<double>(a) / static_cast<double>(b) : 0.0; };
  return std::max(ratio(draft.bytes_per_token, model.bytes_per_token),
                  ratio(draft.dispatches_per_token, model.dispatches_per_token));
}

// Its pages have the numbers of the model's own. `program` is what that was compiled with.
std::unique_ptr<runtime::LayerDrafter> make_layer_drafter(Memory& memory, graph::Graph layers,
                                                          const ModelSource& source, ProgramOptions program,
                                                          ModelInfo& info) {
  const std::int32_t width = layers.value(*layers.handed).width;
  program.group_tokens.clear();
  program.slots = 0;
  program.max_outputs = program.max_sequences;
  auto compiled = memory.compile(std::move(layers), source.weights, program);
  const ProgramInfo& own = compiled->info();
  const std::int64_t rows = handed_elements + std::int64_t{2} * program.max_tokens * width;
  info.draft_bytes = own.weight_bytes - own.shared_bytes + own.arena_bytes + own.kv_bytes +
                     rows * static_cast<std::int64_t>(sizeof(float));
  return std::make_unique<runtime::LayerDrafter>(std::move(compiled), width, program);
}

// What runs a model that generates, token by token.
std::unique_ptr<runtime::Driver> make_generator(Memory& memory, graph::Graph graph, const ModelSource& source,
                                                ModelInfo& info, const LoadOptions& options,
                                                const LoadDiagnostics& diagnostics,
                                                const std::shared_ptr<Profiler>& profiler, Guesser guesser) {
  ProgramOptions program = program_options(diagnostics, profiler);
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
  const std::int32_t handed_width = graph.handed ? graph.value(*graph.handed).width : 0;
  runtime::SchedulerOptions scheduler{.context_length = info.context_length,
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
                                      .max_waiting = options.max_waiting,
                                      .draft_tokens = options.speculate ? draft_tokens : 0,
                                      .draft_rows = draft_rows,
                                      .drafter = guesser.index() != 0,
                                      .handed_width = handed_width};
  auto compiled = memory.compile(std::move(graph), source.weights, program, options.progress);
  std::unique_ptr<runtime::Drafter> drafter;
  if (auto* given = std::get_if<std::unique_ptr<runtime::Drafter>>(&guesser)) drafter = std::move(*given);
  if (auto* graph_of_layers = std::get_if<graph::Graph>(&guesser)) {
    program.profiler = nullptr;
    auto layers = make_layer_drafter(memory, std::move(*graph_of_layers), source, program, info);
    scheduler.draft_cost = cost_of_guess(layers->info(), compiled->info());
    if (compiled->info().pipelined) scheduler.draft_start = unpipelined;
    scheduler.handed_rows = std::max(1, handed_elements / handed_width);
    drafter = std::move(layers);
  }
  return std::make_unique<runtime::Driver>(std::move(compiled), scheduler, std::move(drafter));
}

// What runs a model of whole texts: every one is in a step of its own or among others, in pages of its own.
std::unique_ptr<runtime::Driver> make_encoder(Memory& memory, graph::Graph graph, const ModelSource& source,
                                              ModelInfo& info, const LoadOptions& options,
                                              const LoadDiagnostics& diagnostics,
                                              const std::shared_ptr<Profiler>& profiler, Guesser) {
  ProgramOptions program = program_options(diagnostics, profiler);
  program.max_tokens = std::max(step_tokens, info.context_length);
  program.max_positions = info.context_length;
  program.slots = state_count(graph, step_texts);
  program.max_sequences = program.slots > 0 ? program.slots : step_texts;
  program.max_outputs = program.max_sequences;
  program.kv_tokens = program.max_tokens + kv_block_tokens * program.max_sequences;
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
  return std::make_unique<runtime::Driver>(memory.compile(std::move(graph), source.weights, program, options.progress),
                                           scheduler);
}

}  // namespace

std::unique_ptr<runtime::Driver> make_driver(Memory& memory, graph::Graph graph, const ModelSource& source,
                                             ModelInfo& info, const LoadOptions& options,
                                             const LoadDiagnostics& diagnostics,
                                             const std::shared_ptr<Profiler>& profiler, Guesser guesser) {
  const auto make = source.whole_texts() ? make_encoder : make_generator;
  return make(memory, std::move(graph), source, info, options, diagnostics, profiler, std::move(guesser));
}

}  // namespace gerbil
