#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>

#include "base/boundary.hpp"
#include "engine/backends.hpp"
#include "engine/devices.hpp"
#include "engine/draft_model.hpp"
#include "engine/drivers.hpp"
#include "engine/loaded_model.hpp"
#include "engine/model_weights.hpp"
#include "engine/self_check.hpp"
#include "engine/source.hpp"
#include "gerbil/diagnostics.hpp"
#include "graph/passes/passes.hpp"

namespace gerbil {
namespace {

constexpr std::int32_t default_context = 4096;       // of a conversation
constexpr std::int32_t longest_default_text = 8192;  // of an embedding

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

// What the graph and the files say of the model; the device has not seen it yet.
void describe(LoadedModel& model, const ModelSource& source, const graph::Graph& graph, std::int32_t wanted_context) {
  ModelInfo& info = model.info;
  info.name = source.name;
  info.architecture = models::architecture(source.config);
  info.quantization = source.quantization;
  info.vocabulary_size = table_rows(graph, graph::Index::token);
  const std::int32_t longest = source.longest_context(graph);
  if (source.whole_texts()) {
    const bool classes = source.pipeline.head.kind == models::Head::Kind::classes;
    model.row_width = graph.value(graph.output).width;
    (classes ? info.classes : info.dimensions) = model.row_width;
    info.pipeline = source.pipeline.summary();
    // The positions of a text are rows of a table: what is longer has none.
    info.context_length = std::min(wanted_context > 0 ? wanted_context : longest_default_text, longest);
  } else {
    info.context_length = wanted_context > 0 ? wanted_context : std::min(longest, default_context);
  }
  for (const graph::WeightDeclaration& weight : graph.weights) info.parameters += weight.rows * weight.columns;
  info.layers = static_cast<int>(std::ranges::count_if(graph.nodes, [](const graph::Node& node) {
    return std::holds_alternative<graph::Attend>(node.operation) ||
           std::holds_alternative<graph::DeltaNet>(node.operation);
  }));
  info.tasks = find_tasks(model);
  if (info.context_length > graph.context_length) {
    model.warnings.push_back(std::format("The context of {} tokens is longer than the model was made for, {}.",
                                         info.context_length, graph.context_length));
  }
}

void describe(ModelInfo& info, const ProgramInfo& program) {
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
}

// What the files say besides the graph, and the warnings.
void describe_files(LoadedModel& model, const ModelSource& source) {
  model.pipeline = source.pipeline;
  model.score_activation = source.score_activation;
  model.language_model = source.family->kind == models::Head::Kind::token;
  model.warnings = source.warnings;
  model.warnings.append_range(source.pipeline.warnings);
  model.warnings.append_range(model.files.warnings);
  if (model.files.chat_templates) model.warnings.append_range(model.files.chat_templates->problems());
  if (const auto& tokenizer = model.files.tokenizer) {
    for (const std::string& warning : tokenizer->warnings()) model.warnings.push_back("tokenizer.json: " + warning);
  }
}

// The last handle may go in a callback on a worker, of the model or of its embedder, which cannot wait for its own end.
std::shared_ptr<LoadedModel> make_model() {
  return {new LoadedModel, [](LoadedModel* last) {
            const auto works_for = [](const LoadedModel* model) { return model && model->driver->is_worker(); };
            if (last->driver && (works_for(last) || works_for(last->embedder.get()))) {
              std::thread([last] { delete last; }).detach();
            } else {
              delete last;
            }
          }};
}

std::shared_ptr<LoadedModel> load_model(const std::string& path, LoadOptions options,
                                        const LoadDiagnostics& diagnostics);

// The draft of a model that is to have one.
std::shared_ptr<LoadedModel> load_draft(const LoadedModel& target, LoadOptions options, LoadDiagnostics diagnostics) {
  if (options.draft.empty()) return nullptr;
  if (!options.speculate) throw Error(ErrorCode::invalid_argument, "A draft is given, but speculate is false.");
  target.require(Task::generate);
  options.task = Task::generate;
  options.speculate = false;
  options.context_length = target.info.context_length;
  options.max_waiting = 0;
  diagnostics.profile = false;
  const std::string draft = std::exchange(options.draft, {});
  return load_model(draft, std::move(options), diagnostics);
}

// `memory`: none for a model that has none yet.
std::shared_ptr<LoadedModel> load_source(const ModelSource& source, ModelFiles files, const LoadOptions& options,
                                         const LoadDiagnostics& diagnostics, std::shared_ptr<Memory> memory) {
  auto model = make_model();
  model->files = std::move(files);
  describe_files(*model, source);
  const auto optimized = [&](graph::Graph graph) {
    if (diagnostics.optimize)
      graph::optimize(graph, [&](const auto& a, const auto& b) { return can_merge(source.weights, a, b); });
    return graph;
  };
  graph::Graph graph = optimized(source.build());
  describe(*model, source, graph, options.context_length);
  if (model->files.tokenizer && !source.whole_texts()) {
    model->grammars = std::make_unique<Grammars>(model->files, model->info.vocabulary_size);
  }
  if (options.task) model->require(*options.task);
  if (options.check && source.checkpoint) model->warnings.append_range(check_weights(graph, source.weights));
  if (diagnostics.profile) model->profiler = std::make_shared<Profiler>();
  if (!memory) {
    // A profile looks at everything that the device does.
    memory = (diagnostics.profile ? own_backend(options) : shared_backend(options))->memory();
  }
  const auto draft = load_draft(*model, options, diagnostics);
  Guesser guesser;
  if (draft) guesser = std::make_unique<DraftModel>(draft, *model);
  if (source.has_draft_layers()) guesser = optimized(models::build_draft(source.config));
  model->driver = make_driver(*memory, std::move(graph), source, model->info, options, diagnostics, model->profiler,
                              std::move(guesser));
  describe(model->info, model->driver->info());
  if (draft) model->info.draft_bytes = draft->info.weight_bytes + draft->info.arena_bytes + draft->info.cache_bytes;
  if (options.check && model->files.tokenizer && !source.whole_texts() && may_wait(options.device)) {
    if (auto finding = check_predictions(*model->driver, model->files, model->info.vocabulary_size)) {
      model->warnings.push_back(*finding);
    }
  }
  if (model->profiler) model->profiler->take();  // what the checks took
  if (!source.whole_texts()) {
    LoadOptions embed = options;
    embed.task = Task::embed;
    embed.context_length = std::min(model->info.context_length, longest_default_text);
    embed.check = false;  // the weights are the same
    embed.draft.clear();
    embed.progress = {};
    LoadDiagnostics unprofiled = diagnostics;
    unprofiled.profile = false;
    model->load_embedder = [=, files = model->files] {
      return load_source(source_of_embeddings(source), files, embed, unprofiled, memory);
    };
  }
  return model;
}

std::shared_ptr<LoadedModel> load_model(const std::string& path, LoadOptions options,
                                        const LoadDiagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  check_options(options);
  options.progress = callers(options.progress);
  const ModelSource source = open_source(path, options);
  ModelFiles files;
  if (source.checkpoint) {
    files = read_model_files(source.checkpoint->directory(), source.config, source.sentence.transformer);
  }
  auto model = load_source(source, std::move(files), options, diagnostics, nullptr);
  model->info.load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return model;
}

}  // namespace

Model Model::load(const std::string& model, const LoadOptions& options) { return load(model, options, {}); }

Model Model::load(const std::string& model, const LoadOptions& options, const LoadDiagnostics& diagnostics) {
  return guarded([&] { return LoadedModel::handle(load_model(model, options, diagnostics)); });
}

}  // namespace gerbil
