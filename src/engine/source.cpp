#include "engine/source.hpp"

#include <algorithm>
#include <filesystem>

#include "engine/model_path.hpp"
#include "engine/model_weights.hpp"
#include "engine/random_model.hpp"
#include "engine/weight_names.hpp"

namespace gerbil {
namespace {

using enum models::Head::Kind;

// What the model is to be used for.
models::Head::Kind wanted_head(const ModelSource& source, Purpose purpose) {
  const models::Head::Kind made_for = source.family->kind;
  if (made_for == token) {
    const bool pipeline = source.checkpoint && has_sentence_pipeline(source.checkpoint->directory());
    return purpose == Purpose::embed || (purpose == Purpose::automatic && pipeline) ? embedding : token;
  }
  if (purpose == Purpose::generate) {
    throw Error(ErrorCode::unsupported, "The model '" + source.name + "' (" + models::architecture(source.config) +
                                            ") cannot generate text: it " +
                                            (made_for == embedding ? "makes embeddings." : "classifies texts."));
  }
  return made_for;
}

// Cross-encoders give their score through a sigmoid unless their files name another activation.
// Reference: sentence-transformers, CrossEncoder.
bool wants_sigmoid(const Json& config) {
  const auto own = config.find("sentence_transformers");
  const Json& newer = own != config.end() && own->is_object() ? *own : Json::object();
  const auto name = json_value<std::string>(
      newer, "activation_fn",
      json_value<std::string>(config, "sbert_ce_default_activation_function", "torch.nn.modules.activation.Sigmoid"));
  if (name.ends_with("Sigmoid")) return true;
  if (name.ends_with("Identity")) return false;
  throw Error(ErrorCode::unsupported, "The activation of the scores in config.json is \"" + name +
                                          "\", but gerbil knows Sigmoid and Identity.");
}

// What models/static.cpp reads besides config.json.
void complete_static_config(ModelSource& source) {
  const auto rows = [&](const std::string& tensor) {
    const std::vector<std::int64_t> shape = source.checkpoint->shape(tensor);
    return shape.empty() ? 0 : shape.front();
  };
  source.config["has_weights"] = rows("weights") > 0;
  source.config["has_mapping"] = rows("mapping") > 0;
  source.config["vocab_size"] = rows("mapping") > 0 ? rows("mapping") : rows("embeddings");
}

// Whether a language model's head is its table of tokens: a head that is stored counts, whatever the configuration
// says, unless it is the table once more; and where one of the two is not stored, it is the other. Reference:
// transformers 5.12, PreTrainedModel.tie_weights, which ties only what is equal.
void settle_head(ModelSource& source) {
  const auto stored = [&](const std::string& module) {
    return stored_name(*source.checkpoint, module, source.family->prefix);
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

// The files of a directory, or a made-up model of a published shape.
ModelSource open_files(const std::string& model, const LoadOptions& options) {
  ModelSource source;
  source.name = model;
  if (model.starts_with(random_prefix)) {
    source.config = random_config(model);
    source.family = &models::family(source.config);
    const bool dense = source.family->kind != token && options.quantize == Quantization::none;
    source.quantization = dense ? "none" : "random affine";
    source.weights = random_weights(options, dense);
    return source;
  }
  const auto directory = resolve_model(model);
  source.checkpoint = formats::Checkpoint::open(directory);
  source.config = source.checkpoint->config();
  source.family = &models::family(source.config);
  source.name = std::filesystem::absolute(directory).lexically_normal().filename().string();
  source.quantization = source.checkpoint->quantization();
  if (options.quantize != Quantization::none) {
    source.quantization += options.quantize == Quantization::int4 ? ", quantised to 4 bits while loading"
                                                                  : ", quantised to 8 bits while loading";
  }
  source.warnings = source.checkpoint->warnings();
  if (source.family->architecture == "StaticModel") complete_static_config(source);
  if (source.family->kind == token) settle_head(source);
  source.weights = checkpoint_weights(*source.checkpoint, options, source.family->prefix);
  return source;
}

}  // namespace

std::int32_t ModelSource::longest_context(const graph::Graph& graph) const {
  const std::int32_t limit = pipeline.max_tokens;
  return limit > 0 ? std::min(limit, graph.context_length) : graph.context_length;
}

ModelSource open_source(const std::string& model, const LoadOptions& options) {
  ModelSource source = open_files(model, options);
  const auto directory = source.checkpoint ? source.checkpoint->directory() : std::filesystem::path();
  const models::Head::Kind kind = wanted_head(source, options.purpose);
  source.pipeline.head.kind = kind;
  if (kind == embedding) {
    source.pipeline = read_sentence_pipeline(directory, source.config, *source.family,
                                             source.checkpoint ? &*source.checkpoint : nullptr);
  }
  if (kind == classes) {
    source.pipeline.max_tokens = read_tokenizer_limit(directory);
    source.sigmoid_scores = wants_sigmoid(source.config);
  }
  return source;
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
