#include "engine/settle_config.hpp"

#include <algorithm>

#include "backends/weights.hpp"
#include "engine/json_file.hpp"
#include "engine/weight_names.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

// What models/static.cpp reads besides config.json.
void complete_static_config(ModelSource& source) {
  const auto shape = [&](const std::string& tensor) { return source.checkpoint->shape(tensor); };
  const auto rows = [&](const std::string& tensor) { return shape(tensor).empty() ? 0 : shape(tensor).front(); };
  const bool sentence_transformers =
      !source.sentence.modules.empty() && source.sentence.modules.front().name == "StaticEmbedding";
  const bool model2vec = json_value<std::string>(source.checkpoint->config(), "model_type", "") == "model2vec" &&
                         has_file(source.checkpoint->directory() / "config.json");
  std::string table = "embeddings";
  if (rows("embedding.weight") > 0) table = "embedding";
  const std::vector<std::int64_t> stored = shape(table == "embedding" ? "embedding.weight" : table);
  if (sentence_transformers && !model2vec) source.config["table"] = table;
  if (stored.size() == 2 && sentence_transformers) source.config["hidden_dim"] = stored[1];
  source.config["has_weights"] = rows("weights") > 0;
  source.config["has_mapping"] = rows("mapping") > 0;
  source.config["vocab_size"] = rows("mapping") > 0 ? rows("mapping") : stored.empty() ? 0 : stored[0];
}

// Whether a language model's head is its table of tokens: a head that is stored counts, whatever the configuration
// says, unless it is the table once more; and where one of the two is not stored, it is the other. Reference:
// transformers 5.12, PreTrainedModel.tie_weights, which ties only what is equal.
void settle_head(ModelSource& source) {
  const auto stored = [&](const std::string& module) {
    return stored_name(*source.checkpoint, module, *source.family);
  };
  constexpr const char* key = "tie_word_embeddings";
  const auto member = source.config.find(key);
  const bool said = member != source.config.end() && !member->is_null();
  if (said && !json_value<bool>(source.config, key, false)) return;
  const std::string head = stored("lm_head");
  const std::string table = stored("model.embed_tokens");
  const bool both = source.checkpoint->contains(head) && source.checkpoint->contains(table) && head != table;
  const bool differ = both && !source.checkpoint->same(head, table);
  source.config[key] = !differ;
  if (said && differ) {
    source.warnings.push_back(
        "config.json says that the head is the table of tokens, but a head of its own is stored, '" + head +
        "', which is used.");
  }
}

// Says what is read otherwise of a Qwen3.5: MLX adds 1 to the norms that it converts, and stores the convolutions with
// their taps before their one input, which is how such files are known. Reference: mlx-lm 0.32, models/qwen3_5.py,
// sanitize.
void settle_qwen3_5(ModelSource& source) {
  for (const auto& tensor : source.checkpoint->tensors()) {
    if (!tensor.name.ends_with("linear_attn.conv1d.weight") || tensor.shape.size() != 3) continue;
    if (tensor.shape[1] > 1 && tensor.shape[2] == 1) source.config[models::norms_are_whole] = true;
  }
}

// Throws what is wrong with the tensors of the layers.
void check_draft_tensors(const ModelSource& source, const graph::Graph& draft) {
  for (const graph::WeightDeclaration& weight : draft.weights) {
    if (!weight.parts.front().starts_with("mtp.")) continue;
    const formats::Weight found = source.weights(weight);
    if (weight.vector) (void)read_vector(found, weight);
  }
}

}  // namespace

void take_own_part(ModelSource& source) {
  const std::string_view part = source.family->part.config;
  if (part.empty()) return;
  std::string others;
  for (const auto& [key, value] : source.config.items()) {
    if (key == part || !key.ends_with("_config") || key == "quantization_config" || !value.is_object()) continue;
    others += (others.empty() ? "\"" : ", \"") + key + "\"";
  }
  source.config = models::own_config(source.config);
  if (others.empty()) return;
  source.warnings.push_back(
      "Only the part of the model that reads and writes text is used, and not what config.json has under " + others +
      ".");
}

bool find_draft_layers(ModelSource& source) {
  if (source.family->build_draft == nullptr) return false;
  if (!source.checkpoint) return json_value<std::int32_t>(source.config, "mtp_num_hidden_layers", 0) > 0;
  const bool some = std::ranges::any_of(source.checkpoint->tensors(),
                                        [](const auto& tensor) { return tensor.name.starts_with("mtp."); });
  if (!some) return false;
  try {
    check_draft_tensors(source, models::build_draft(source.config));
    return true;
  } catch (const Error& error) {
    source.warnings.push_back(std::string("The layers of the model that draft tokens (\"mtp\") are not used: ") +
                              error.what());
    return false;
  }
}

void settle_config(ModelSource& source) {
  if (source.family->architecture == "StaticModel") complete_static_config(source);
  if (source.family->kind == models::Head::Kind::token) settle_head(source);
  if (source.family->architecture.starts_with("Qwen3_5")) settle_qwen3_5(source);
}

}  // namespace gerbil
