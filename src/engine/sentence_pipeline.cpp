#include "engine/sentence_pipeline.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/json_file.hpp"
#include "engine/pooling_module.hpp"
#include "engine/row_modules.hpp"
#include "engine/sentence_tasks.hpp"
#include "gerbil/error.hpp"
#include "models/decoder.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;
using graph::Pooling;

struct Describe {
  std::string operator()(const models::Dense& dense) const {
    std::string text = "projected to " + std::to_string(dense.outputs);
    if (dense.activation != Activation::identity) text += " through " + std::string(name_of(dense.activation));
    return text + (dense.residual ? " with a residual" : "");
  }
  std::string operator()(const models::LayerNorm&) const { return "layer norm"; }
  std::string operator()(const models::Normalize&) const { return "normalised"; }
};

// WeightedLayerPooling needs the rows of every layer, which a model gives only when its config says so.
bool does_nothing(const SentenceModule& module, const Json& config) {
  return module.name == "Dropout" ||
         (module.name == "WeightedLayerPooling" && !json_value<bool>(config, "output_hidden_states", false));
}

// What is made of a text's rows under one of the names by which modules know it.
struct Rows {
  std::vector<models::RowModule> before;  // the pooling
  std::optional<PoolingModule> pooling;
  std::vector<models::RowModule> after;
  std::vector<std::size_t> modules;  // that made it, by their numbers
};

// The reference's dictionary of features (base/model.py, forward()).
using Features = std::map<std::string, Rows>;

void apply_module(PlacedModule placed, const std::string& type, std::size_t number, Features& features) {
  const auto input = features.find(placed.input);
  if (input == features.end()) {
    const std::string what = placed.input == "sentence_embedding"
                                 ? "for the embedding of a text before the Pooling that makes it."
                                 : "that reads \"" + placed.input + "\", which no module before it makes.";
    throw Error(ErrorCode::corrupt, "modules.json has a module of type \"" + type + "\" " + what);
  }
  Rows rows = input->second;
  (rows.pooling ? rows.after : rows.before).push_back(std::move(placed.module));
  rows.modules.push_back(number);
  features[placed.output] = std::move(rows);
}

Rows pooled(const Features& features, PoolingModule pooling, std::size_t number) {
  Rows rows = features.at("token_embeddings");
  if (rows.pooling) {
    throw Error(ErrorCode::unsupported,
                "modules.json has a Pooling whose \"token_embeddings\" are an embedding of the text already.");
  }
  rows.pooling = std::move(pooling);
  rows.modules.push_back(number);
  return rows;
}

void read_modules(const SentenceFiles& files, const Json& config, const formats::Checkpoint& checkpoint,
                  SentencePipeline& pipeline) {
  const PoolingModule usual{.modes = pipeline.head.pooling, .include_prompt = true};
  Features features{{"token_embeddings", {}}};
  std::size_t dense = 0;
  for (std::size_t i = 0; i < files.modules.size(); ++i) {
    const SentenceModule& module = files.modules[i];
    const auto apply = [&](PlacedModule placed) { apply_module(std::move(placed), module.type, i, features); };
    if (module.name == "Transformer") {
      features["token_embeddings"].modules.push_back(i);
    } else if (module.name == "StaticEmbedding") {
      features["sentence_embedding"] = pooled(features, usual, i);  // a mean
    } else if (module.name == "Pooling") {
      // Converters to MLX leave these folders out; the family's pooling is what its checkpoints had there.
      const fs::path file = module.folder / "config.json";
      features["sentence_embedding"] =
          pooled(features, has_file(file) ? read_pooling_module(file, pipeline.warnings) : usual, i);
    } else if (module.name == "Dense") {
      apply(read_dense_module(module, checkpoint, dense++, pipeline.warnings));
    } else if (module.name == "Normalize") {
      apply(read_normalize_module(module));
    } else if (module.name == "LayerNorm") {
      apply(read_layer_norm_module(module));
    } else if (!does_nothing(module, config)) {
      throw Error(ErrorCode::unsupported,
                  "modules.json of '" + checkpoint.directory().string() + "' has a module of type \"" + module.type +
                      "\", but gerbil knows Transformer, StaticEmbedding, Pooling, Dense, LayerNorm, Normalize and "
                      "Dropout.");
    }
  }
  const auto model_type = json_value<std::string>(files.settings, "model_type", "CrossEncoder");
  pipeline.scores = features.contains("scores") && model_type == "CrossEncoder";
  if (!features.contains("sentence_embedding")) {
    features["sentence_embedding"] = pooled(features, usual, files.modules.size());
  }
  Rows& rows = features[pipeline.scores ? "scores" : "sentence_embedding"];
  for (std::size_t i = 0; i < files.modules.size(); ++i) {
    if (std::ranges::contains(rows.modules, i) || does_nothing(files.modules[i], config)) continue;
    pipeline.warnings.push_back("modules.json has a module of type \"" + files.modules[i].type +
                                "\" whose result is used for nothing.");
  }
  if (rows.pooling) {
    pipeline.head.pooling = rows.pooling->modes;
    pipeline.include_prompt = rows.pooling->include_prompt;
  }
  pipeline.head.before_pooling = std::move(rows.before);
  pipeline.head.after_pooling = std::move(rows.after);
  // The last step is left to who asks for embeddings, who may want it otherwise, or fewer dimensions.
  std::vector<models::RowModule>& last = pipeline.head.after_pooling;
  while (!last.empty() && std::holds_alternative<models::Normalize>(last.back())) {
    last.pop_back();
    pipeline.normalize = true;
  }
}

}  // namespace

std::string SentencePipeline::summary() const {
  static constexpr std::array<std::string_view, 6> ways{"first token",
                                                        "maximum of the tokens",
                                                        "mean of the tokens",
                                                        "sum of the tokens over the root of their number",
                                                        "weighted mean of the tokens",
                                                        "last token"};
  if (head.kind == models::Head::Kind::token) return {};
  if (head.kind == models::Head::Kind::classes) return "classes of a text";
  std::string text;
  const auto list = [&](const std::vector<models::RowModule>& modules) {
    for (const models::RowModule& module : modules) {
      text += (text.empty() ? "" : ", ") + std::visit(Describe{}, module);
    }
  };
  list(head.before_pooling);
  std::string pooled;
  for (const Pooling pooling : head.pooling) {
    pooled += (pooled.empty() ? "" : " beside ") + std::string(ways[static_cast<std::size_t>(pooling)]);
  }
  text += (text.empty() ? "" : ", ") + pooled;
  if (!include_prompt) text += " without the prompt";
  list(head.after_pooling);
  if (normalize) text += ", normalised";
  if (!from_files) text += " (the family's default: the checkpoint has no modules.json)";
  for (std::size_t i = 0; i < prompts.size(); ++i) text += (i == 0 ? "; prompts: " : ", ") + prompts[i].first;
  for (std::size_t i = 0; i < adapters.size(); ++i) text += (i == 0 ? "; adapters: " : ", ") + adapters[i];
  return text;
}

SentencePipeline read_sentence_pipeline(const SentenceFiles& files, const Json& config, const models::Family& family,
                                        const formats::Checkpoint* checkpoint) {
  SentencePipeline pipeline;
  pipeline.head.kind = models::Head::Kind::embedding;
  pipeline.head.pooling = {family.pooling};
  const auto causal = config.find("is_causal");
  if (family.kind == models::Head::Kind::token && causal != config.end() && causal->is_null()) {
    throw Error(ErrorCode::unsupported,
                "\"is_causal\" in config.json is null. With that the reference lets tokens see those before them only, "
                "but in a batch of texts of several lengths all of them; write true or false instead.");
  }
  if (!models::read_causal(config)) pipeline.head.pooling = {Pooling::mean};
  pipeline.normalize = json_value<bool>(config, "normalize", true);  // model2vec says so there
  pipeline.special_tokens = family.special_tokens;
  // model2vec leaves unknown words out, and sentence-transformers does not.
  pipeline.unknown_tokens = family.special_tokens || config.contains("table");
  pipeline.adapters = json_value<std::vector<std::string>>(config, "lora_adaptations", {});
  if (checkpoint == nullptr) return pipeline;
  if (!files.modules.empty()) {
    pipeline.from_files = true;
    pipeline.normalize = false;
    read_modules(files, config, *checkpoint, pipeline);
  }
  const Json& settings = files.settings;
  read_prompts(settings, "prompts", pipeline);
  if (pipeline.prompts.empty()) read_prompts(config, "task_instructions", pipeline);
  pipeline.first_dimensions = json_value<std::int32_t>(settings, "truncate_dim", 0);
  if (pipeline.first_dimensions < 0) {
    throw Error(ErrorCode::corrupt, "\"truncate_dim\" in config_sentence_transformers.json is " +
                                        std::to_string(pipeline.first_dimensions) + ", but should be positive.");
  }
  return pipeline;
}

}  // namespace gerbil
