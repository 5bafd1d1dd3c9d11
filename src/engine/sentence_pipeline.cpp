#include "engine/sentence_pipeline.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"
#include "graph/names.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;
using graph::Pooling;

// Larger than any text; tokenizers without a limit write 10³⁰.
constexpr double no_limit = 1e9;

bool has_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

Json read_optional(const fs::path& path) {
  if (!has_file(path)) return Json::object();
  Json json = parse_json(read_text_file(path), "'" + path.string() + "'");
  if (!json.is_object()) throw Error(ErrorCode::corrupt, "'" + path.string() + "' is not a JSON object.");
  return json;
}

// The folder of a module, below the checkpoint's: nothing that leads out of it.
fs::path module_folder(const fs::path& directory, const std::string& path) {
  const fs::path relative(path);
  const bool inside = relative.is_relative() && std::ranges::find(relative, "..") == relative.end();
  if (!inside) {
    throw Error(ErrorCode::corrupt, "modules.json of '" + directory.string() + "' names the folder '" + path +
                                        "', which is not inside the checkpoint.");
  }
  return directory / relative;
}

struct PoolingMode {
  std::string_view key;   // a bool of its own, as sentence-transformers wrote it at first
  std::string_view name;  // the value of "pooling_mode", as it writes it now
  Pooling pooling;
};

// In the order in which sentence-transformers puts them side by side.
constexpr std::array<PoolingMode, 6> pooling_modes{
    {{"pooling_mode_cls_token", "cls", Pooling::first},
     {"pooling_mode_max_tokens", "max", Pooling::max},
     {"pooling_mode_mean_tokens", "mean", Pooling::mean},
     {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::mean_sqrt_length},
     {"pooling_mode_weightedmean_tokens", "weightedmean", Pooling::weighted_mean},
     {"pooling_mode_lasttoken", "lasttoken", Pooling::last}}};

void read_pooling(const fs::path& folder, SentencePipeline& pipeline) {
  const Json config = read_optional(folder / "config.json");
  pipeline.head.pooling.clear();
  const auto wanted = json_value<std::string>(config, "pooling_mode", "");
  for (const PoolingMode& mode : pooling_modes) {
    const bool on = wanted.empty() ? json_value<bool>(config, mode.key, false) : mode.name == wanted;
    if (on) pipeline.head.pooling.push_back(mode.pooling);
  }
  if (!wanted.empty() && pipeline.head.pooling.empty()) {
    throw Error(ErrorCode::unsupported, "\"pooling_mode\" in '" + (folder / "config.json").string() + "' is \"" +
                                            wanted +
                                            "\", but gerbil knows cls, max, mean, mean_sqrt_len_tokens, weightedmean "
                                            "and lasttoken.");
  }
  if (pipeline.head.pooling.empty()) {
    throw Error(ErrorCode::corrupt, "'" + (folder / "config.json").string() + "' switches no way of pooling on.");
  }
  if (!json_value<bool>(config, "include_prompt", true)) {
    pipeline.warnings.push_back("'" + (folder / "config.json").string() +
                                "' leaves the prompt out of the pooling, which gerbil does not: it pools all tokens.");
  }
}

void read_dense(const fs::path& folder, const std::string& path, SentencePipeline& pipeline) {
  const Json config = read_optional(folder / "config.json");
  models::Dense dense;
  dense.module = path + "/linear";
  dense.outputs = json_required<std::int32_t>(config, "out_features");
  if (dense.outputs < 1 || dense.outputs > 1 << 20) {
    throw Error(ErrorCode::corrupt, "\"out_features\" in '" + (folder / "config.json").string() + "' is " +
                                        std::to_string(dense.outputs) + ", but should be between 1 and 1048576.");
  }
  dense.bias = json_value<bool>(config, "bias", true);
  const auto activation = json_value<std::string>(config, "activation_function", "torch.nn.modules.activation.Tanh");
  static constexpr std::array<std::pair<std::string_view, graph::Activation>, 5> known{
      {{"Identity", graph::Activation::identity},
       {"Tanh", graph::Activation::tanh},
       {"GELU", graph::Activation::gelu},
       {"ReLU", graph::Activation::relu},
       {"SiLU", graph::Activation::silu}}};
  const std::string name = activation.substr(activation.rfind('.') + 1);
  const auto found = std::ranges::find(known, name, &std::pair<std::string_view, graph::Activation>::first);
  if (found == known.end()) {
    throw Error(ErrorCode::unsupported, "\"activation_function\" in '" + (folder / "config.json").string() + "' is \"" +
                                            activation + "\", but gerbil knows Identity, Tanh, GELU, ReLU and SiLU.");
  }
  dense.activation = found->second;
  pipeline.head.dense.push_back(std::move(dense));
}

// A projection among the weights of the model itself, `dense.0` and so on, as mlx-embeddings stores EmbeddingGemma's.
void find_dense(const formats::Checkpoint& checkpoint, SentencePipeline& pipeline) {
  models::Dense dense;
  dense.module = "dense." + std::to_string(pipeline.head.dense.size());
  const std::vector<std::int64_t> shape = checkpoint.shape(dense.module + ".weight");
  if (shape.size() != 2 || shape[0] < 1 || shape[0] > 1 << 20) {
    throw Error(ErrorCode::corrupt, "modules.json of '" + checkpoint.directory().string() +
                                        "' lists a Dense module, but there is neither a folder for it nor a matrix '" +
                                        dense.module + ".weight'.");
  }
  dense.outputs = static_cast<std::int32_t>(shape[0]);
  dense.bias = checkpoint.contains(dense.module + ".bias");
  dense.activation = graph::Activation::identity;
  pipeline.head.dense.push_back(std::move(dense));
}

void read_modules(const formats::Checkpoint& checkpoint, SentencePipeline& pipeline) {
  const fs::path& directory = checkpoint.directory();
  const fs::path path = directory / "modules.json";
  const Json modules = parse_json(read_text_file(path), "'" + path.string() + "'");
  if (!modules.is_array()) throw Error(ErrorCode::corrupt, "'" + path.string() + "' is not a JSON array.");
  for (const Json& module : modules) {
    if (!module.is_object())
      throw Error(ErrorCode::corrupt, "'" + path.string() + "' holds something else than objects.");
    const auto type = json_required<std::string>(module, "type");
    const std::string name = type.substr(type.rfind('.') + 1);
    const auto where = json_value<std::string>(module, "path", "");
    const fs::path folder = module_folder(directory, where);
    if (name == "Pooling") {
      // Converters to MLX leave these folders out; the family's pooling is what its checkpoints had there.
      if (has_file(folder / "config.json")) read_pooling(folder, pipeline);
    } else if (name == "Dense") {
      has_file(folder / "config.json") ? read_dense(folder, where, pipeline) : find_dense(checkpoint, pipeline);
    } else if (name == "Normalize") {
      pipeline.normalize = true;
    } else if (name != "Transformer" && name != "StaticEmbedding" && name != "Dropout") {
      throw Error(ErrorCode::unsupported,
                  "'" + path.string() + "' has a module of type \"" + type +
                      "\", but gerbil knows Transformer, StaticEmbedding, Pooling, Dense, Normalize and Dropout.");
    }
  }
}

void read_prompts(const Json& config, const char* key, SentencePipeline& pipeline) {
  const auto prompts = config.find(key);
  if (prompts != config.end() && prompts->is_object()) {
    for (const auto& [task, prompt] : prompts->items()) {
      if (prompt.is_string()) pipeline.prompts.emplace_back(task, prompt.get<std::string>());
    }
  }
  pipeline.default_task = json_value<std::string>(config, "default_prompt_name", "");
}

std::int32_t as_limit(double tokens) {
  return tokens >= 1 && tokens < no_limit ? static_cast<std::int32_t>(tokens) : 0;
}

void read_limit(const fs::path& directory, SentencePipeline& pipeline) {
  const Json config = read_optional(directory / "sentence_bert_config.json");
  pipeline.max_tokens = as_limit(json_value<double>(config, "max_seq_length", 0.0));
  if (pipeline.max_tokens == 0) pipeline.max_tokens = read_tokenizer_limit(directory);
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
  for (const Pooling pooling : head.pooling) {
    text += (text.empty() ? "" : " beside ") + std::string(ways[static_cast<std::size_t>(pooling)]);
  }
  for (const models::Dense& dense : head.dense) {
    text += ", projected to " + std::to_string(dense.outputs);
    if (dense.activation != graph::Activation::identity) text += " through " + std::string(name_of(dense.activation));
  }
  if (normalize) text += ", normalised";
  if (!from_files) text += " (the family's default: the checkpoint has no modules.json)";
  for (std::size_t i = 0; i < prompts.size(); ++i) text += (i == 0 ? "; prompts: " : ", ") + prompts[i].first;
  for (std::size_t i = 0; i < adapters.size(); ++i) text += (i == 0 ? "; adapters: " : ", ") + adapters[i];
  return text;
}

bool has_sentence_pipeline(const fs::path& directory) { return has_file(directory / "modules.json"); }

SentencePipeline read_sentence_pipeline(const fs::path& directory, const Json& config, const models::Family& family,
                                        const formats::Checkpoint* checkpoint) {
  SentencePipeline pipeline;
  pipeline.head.kind = models::Head::Kind::embedding;
  pipeline.head.pooling = {family.pooling};
  pipeline.normalize = json_value<bool>(config, "normalize", true);  // model2vec says so there
  pipeline.special_tokens = family.special_tokens;
  pipeline.adapters = json_value<std::vector<std::string>>(config, "lora_adaptations", {});
  if (checkpoint == nullptr) return pipeline;
  if (has_sentence_pipeline(directory)) {
    pipeline.from_files = true;
    pipeline.normalize = false;
    read_modules(*checkpoint, pipeline);
  }
  read_prompts(read_optional(directory / "config_sentence_transformers.json"), "prompts", pipeline);
  if (pipeline.prompts.empty()) read_prompts(config, "task_instructions", pipeline);
  read_limit(directory, pipeline);
  return pipeline;
}

std::int32_t read_tokenizer_limit(const fs::path& directory) {
  return as_limit(json_value<double>(read_optional(directory / "tokenizer_config.json"), "model_max_length", 0.0));
}

TaskPlan plan_task(const SentencePipeline& pipeline, const std::string& task) {
  const std::string& wanted = task.empty() ? pipeline.default_task : task;
  if (wanted.empty()) return {};
  // What other toolkits and checkpoints call the two sides of a search.
  static constexpr std::array<std::string_view, 3> queries{"query", "retrieval.query", "search_query"};
  static constexpr std::array<std::string_view, 5> documents{"document", "passage", "corpus", "retrieval.passage",
                                                             "search_document"};
  std::span<const std::string_view> names;
  if (wanted == "query") names = queries;
  if (wanted == "document") names = documents;
  const std::string_view own = wanted;
  if (names.empty()) names = {&own, 1};

  TaskPlan plan;
  bool known = names.size() > 1;
  for (const std::string_view name : names) {
    const auto prompt = std::ranges::find(pipeline.prompts, name, &std::pair<std::string, std::string>::first);
    const auto adapter = std::ranges::find(pipeline.adapters, name);
    if (prompt == pipeline.prompts.end() && adapter == pipeline.adapters.end()) continue;
    if (prompt != pipeline.prompts.end()) plan.prompt = prompt->second;
    if (adapter != pipeline.adapters.end()) {
      plan.adapter = static_cast<std::int32_t>(adapter - pipeline.adapters.begin()) + 1;
    }
    known = true;
    break;
  }
  if (known) return plan;
  std::vector<std::string> tasks{"query", "document"};
  for (const auto& [name, prompt] : pipeline.prompts) tasks.push_back(name);
  tasks.insert(tasks.end(), pipeline.adapters.begin(), pipeline.adapters.end());
  std::string list;
  for (auto name = tasks.begin(); name != tasks.end(); ++name) {
    if (std::find(tasks.begin(), name, *name) == name) list += (list.empty() ? "" : ", ") + *name;
  }
  throw Error(ErrorCode::invalid_argument, "The task is \"" + wanted + "\", but this model knows " + list + ".");
}

}  // namespace gerbil
