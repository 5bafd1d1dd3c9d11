#include "engine/source.hpp"

#include <algorithm>
#include <filesystem>

#include "engine/devices.hpp"
#include "engine/json_file.hpp"
#include "engine/model_path.hpp"
#include "engine/model_weights.hpp"
#include "engine/random_model.hpp"
#include "engine/sentence_tasks.hpp"
#include "engine/settle_config.hpp"
#include "engine/torch_activation.hpp"
#include "models/encoder.hpp"

namespace gerbil {
namespace {

using enum models::Head::Kind;

// What the model is to be used for: a language model has a choice.
models::Head::Kind wanted_head(const ModelSource& source, std::optional<Task> task) {
  if (source.family->kind != token) return source.family->kind;
  if (task) return *task == Task::embed ? embedding : token;
  // LogitScore makes a score of the next token's logits, as a Ranker does.
  const bool pipeline = !source.sentence.modules.empty() &&
                        !std::ranges::contains(source.sentence.modules, "LogitScore", &SentenceModule::name);
  return pipeline ? embedding : token;
}

// A language model whose modules say that it ranks is asked in one form, which is not the one that they describe.
void say_form_of_pairs(ModelSource& source) {
  if (!std::ranges::contains(source.sentence.modules, "LogitScore", &SentenceModule::name)) return;
  source.warnings.emplace_back(
      "modules.json makes scores of the next token's logits (LogitScore). Pairs are asked in the form of "
      "Qwen3-Reranker, as is any language model that ranks, and the score is the probability of \"yes\" against "
      "\"no\": the chat template, the prompts and the tokens that the modules name are not used for it.");
}

// The activation of a cross-encoder's scores: a sigmoid of one class and the logits of several, unless the files name
// another one.
// Reference: sentence-transformers 6.2, CrossEncoder.
Activation read_score_activation(const SentenceFiles& files, const Json& config, std::int32_t labels,
                                 std::vector<std::string>& warnings) {
  Activation activation = labels == 1 ? Activation::sigmoid : Activation::identity;
  const auto read = [&](const Json& json, const char* key) {
    const auto path = json_value<std::string>(json, key, "");
    if (!path.empty()) activation = torch_activation(path, activation, "The activation of the scores", warnings);
  };
  const auto own = config.find("sentence_transformers");
  const bool newer = own != config.end() && own->is_object() && own->contains("activation_fn");
  newer ? read(*own, "activation_fn") : read(config, "sbert_ce_default_activation_function");
  read(files.settings, "activation_fn");
  return activation;
}

// The modules make embeddings of the hidden states below a classifier, which is left out.
bool embeds_with_classifier(const ModelSource& source) {
  return names_classifier(source.config) &&
         std::ranges::contains(source.sentence.modules, "Pooling", &SentenceModule::name) &&
         json_value<std::string>(source.sentence.settings, "model_type", "") != "CrossEncoder";
}

// The files of a directory, or a made-up model of a published shape.
ModelSource open_files(const std::string& model, const LoadOptions& options) {
  ModelSource source;
  source.name = model;
  if (model.starts_with(random_prefix)) {
    source.config = random_config(model);
    source.family = &models::family(source.config);
    const bool dense = source.family->kind != token && options.quantize == Quantization::none;
    source.quantization = dense ? "none" : "random codes";
    source.weights = random_weights(options, dense);
    return source;
  }
  source.directory = resolve_model(model);
  std::vector<SentenceModule> modules = read_sentence_modules(source.directory, source.warnings);
  const Json stand_in = module_config(modules);
  source.checkpoint = formats::Checkpoint::open(model_folder(source.directory, modules), stand_in);
  source.config = source.checkpoint->config();
  if (!stand_in.is_null()) source.config.update(stand_in);
  source.sentence = read_sentence_files(source.directory, std::move(modules), source.checkpoint->directory(),
                                        source.config, source.warnings);
  source.config.update(config_overrides(source.sentence.transformer));
  if (embeds_with_classifier(source)) source.config.erase("architectures");
  source.family = &models::family(source.config);
  take_own_part(source);
  source.name = model_name(source.directory);
  source.quantization = source.checkpoint->quantization();
  if (options.quantize != Quantization::none) {
    source.quantization += options.quantize == Quantization::int4 ? ", quantised to 4 bits while loading"
                                                                  : ", quantised to 8 bits while loading";
  }
  const std::vector<std::string>& read = source.checkpoint->warnings();
  source.warnings.insert(source.warnings.end(), read.begin(), read.end());
  settle_config(source);
  source.weights = checkpoint_weights(*source.checkpoint, options, *source.family, source.directory);
  return source;
}

// Everything that the pipeline says besides the head: texts, prompts, the activation of scores.
void read_settings(ModelSource& source) {
  const std::filesystem::path& folder = source.checkpoint->directory();
  SentencePipeline& pipeline = source.pipeline;
  Json tokenizer = read_optional_object(folder / "tokenizer_config.json");
  tokenizer.update(tokenizer_overrides(source.sentence.transformer));
  pipeline.texts = read_text_settings(tokenizer, source.config);
  apply_transformer_settings(source.sentence.transformer, "'" + folder.string() + "'", pipeline.texts,
                             pipeline.warnings);
  const bool classifies = pipeline.head.kind == classes;
  if (classifies) read_prompts(source.sentence.settings, "prompts", pipeline);
  if (!classifies && !pipeline.scores) return;
  source.score_activation = read_score_activation(
      source.sentence, source.config, classifies ? models::read_labels(source.config) : 1, pipeline.warnings);
}

// What becomes of a text, for the head that the model is used with.
void read_pipeline(ModelSource& source) {
  if (source.pipeline.head.kind == token) return;
  if (source.pipeline.head.kind == embedding) {
    source.pipeline = read_sentence_pipeline(source.sentence, source.config, *source.family,
                                             source.checkpoint ? &*source.checkpoint : nullptr);
  }
  if (source.checkpoint) read_settings(source);
}

}  // namespace

std::int32_t ModelSource::longest_context(const graph::Graph& graph) const {
  const TextSettings& texts = pipeline.texts;
  const std::int32_t limit =
      texts.max_tokens > 0 ? std::max({texts.max_tokens, texts.query_tokens, texts.document_tokens}) : 0;
  return limit > 0 ? std::min(limit, graph.context_length) : graph.context_length;
}

ModelSource open_source(const std::string& model, const LoadOptions& options) {
  ModelSource source = open_files(model, options);
  source.pipeline.head.kind = wanted_head(source, options.task);
  if (source.pipeline.head.kind == token && options.task != Task::generate) say_form_of_pairs(source);
  read_pipeline(source);
  const bool drafts = source.pipeline.head.kind == token && options.speculate && options.draft.empty() &&
                      options.task != Task::rank && find_draft_layers(source);
  source.pipeline.head.hands_over = drafts && may_wait(options.device);
  if (drafts && !source.pipeline.head.hands_over)
    source.warnings.emplace_back(
        "The checkpoint's layers that draft tokens are not used: a page cannot wait for them.");
  return source;
}

ModelSource source_of_embeddings(const ModelSource& source) {
  ModelSource result = source;
  result.pipeline = {};
  result.pipeline.head.kind = embedding;
  read_pipeline(result);
  return result;
}

// Rows of the smallest table that `index` chooses from; 1 when there is none.
std::int32_t table_rows(const graph::Graph& graph, graph::Index index) {
  std::int64_t rows = 0;
  for (const graph::Node& node : graph.nodes) {
    const auto* embedding = std::get_if<graph::Embedding>(&node.operation);
    if (embedding == nullptr || embedding->index != index) continue;
    const std::int64_t own = graph.weight(embedding->table).rows - embedding->offset;
    rows = rows == 0 ? own : std::min(rows, own);
  }
  return static_cast<std::int32_t>(std::max<std::int64_t>(rows, 1));
}

}  // namespace gerbil
