#include "engine/sentence_pipeline.hpp"

#include <algorithm>
#include <array>
#include <string_view>

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

// Puts a module where it works: on the rows of the tokens, or on what the pooling makes of them.
void add(const PlacedModule& placed, const std::string& type, bool pooled, SentencePipeline& pipeline) {
  if (placed.input == RowKind::tokens) {
    if (pooled) {
      pipeline.warnings.push_back("modules.json has a module of type \"" + type +
                                  "\" that changes the rows of tokens after they were pooled, which changes nothing.");
    } else {
      pipeline.head.before_pooling.push_back(placed.module);
    }
    return;
  }
  if (!pooled) {
    throw Error(ErrorCode::corrupt, "modules.json has a module of type \"" + type +
                                        "\" for the embedding of a text before the Pooling that makes it.");
  }
  if (placed.output == RowKind::scores) pipeline.scores = true;
  pipeline.head.after_pooling.push_back(placed.module);
}

// WeightedLayerPooling needs the rows of every layer, which a model gives only when its config says so.
bool does_nothing(const SentenceModule& module, const Json& config) {
  return module.name == "Dropout" ||
         (module.name == "WeightedLayerPooling" && !json_value<bool>(config, "output_hidden_states", false));
}

void read_modules(const std::vector<SentenceModule>& modules, const Json& config, const formats::Checkpoint& checkpoint,
                  SentencePipeline& pipeline) {
  std::size_t dense = 0;
  bool pooled = false;
  for (const SentenceModule& module : modules) {
    if (module.name == "Transformer") continue;
    if (module.name == "StaticEmbedding") {
      pooled = true;  // a mean
    } else if (module.name == "Pooling" && !pooled) {
      pooled = true;
      // Converters to MLX leave these folders out; the family's pooling is what its checkpoints had there.
      if (!has_file(module.folder / "config.json")) continue;
      const PoolingModule pooling = read_pooling_module(module.folder / "config.json", pipeline.warnings);
      pipeline.head.pooling = pooling.modes;
      pipeline.include_prompt = pooling.include_prompt;
    } else if (module.name == "Dense") {
      add(read_dense_module(module, checkpoint, dense++, pipeline.warnings), module.type, pooled, pipeline);
    } else if (module.name == "Normalize") {
      add(read_normalize_module(module), module.type, pooled, pipeline);
    } else if (module.name == "LayerNorm") {
      add(read_layer_norm_module(module), module.type, pooled, pipeline);
    } else if (!does_nothing(module, config)) {
      throw Error(ErrorCode::unsupported,
                  "modules.json of '" + checkpoint.directory().string() + "' has a module of type \"" + module.type +
                      "\"" + (module.name == "Pooling" ? " after another one" : "") +
                      ", but gerbil knows Transformer, StaticEmbedding, Pooling, Dense, LayerNorm, Normalize and "
                      "Dropout.");
    }
  }
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

SentencePipeline read_sentence_pipeline(const fs::path& directory, const std::vector<SentenceModule>& modules,
                                        const Json& config, const models::Family& family,
                                        const formats::Checkpoint* checkpoint) {
  SentencePipeline pipeline;
  pipeline.head.kind = models::Head::Kind::embedding;
  pipeline.head.pooling = {family.pooling};
  if (!models::read_causal(config)) pipeline.head.pooling = {Pooling::mean};
  pipeline.normalize = json_value<bool>(config, "normalize", true);  // model2vec says so there
  pipeline.special_tokens = family.special_tokens;
  // model2vec leaves unknown words out, and sentence-transformers does not.
  pipeline.unknown_tokens = family.special_tokens || config.contains("table");
  pipeline.adapters = json_value<std::vector<std::string>>(config, "lora_adaptations", {});
  if (checkpoint == nullptr) return pipeline;
  if (!modules.empty()) {
    pipeline.from_files = true;
    pipeline.normalize = false;
    read_modules(modules, config, *checkpoint, pipeline);
  }
  const Json settings = read_optional_object(directory / "config_sentence_transformers.json", &pipeline.warnings);
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
