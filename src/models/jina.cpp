// jina-embeddings-v3 (Sturua et al. 2024): XLM-RoBERTa with rotary positions, and for each task a low-rank change of
// every matrix (LoRA, Hu et al. 2021). The changes of all tasks are computed as one, and those of the other tasks are
// switched off: the factors are so narrow that this costs next to nothing, and one program serves every task.
// Reference: jinaai/xlm-roberta-flash-implementation, modeling_lora.py.
#include <string>
#include <vector>

#include "gerbil/error.hpp"
#include "models/encoder.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"
#include "models/values.hpp"

namespace gerbil::models {
namespace {

class Adapters {
 public:
  Adapters(graph::Builder& b, const Json& config)
      : b_(b),
        tasks_(static_cast<std::int32_t>(json_value<std::vector<std::string>>(config, "lora_adaptations", {}).size())),
        rank_(read_size(config, "lora_rank", 4, 4096)) {
    if (tasks_ < 1 || tasks_ > 1024) {
      throw Error(ErrorCode::corrupt, "\"lora_adaptations\" in config.json names " + std::to_string(tasks_) +
                                          " tasks, but should name between 1 and 1024.");
    }
    // Row 0 is no task; row t + 1 lets the factors of task t through.
    const float scale = json_value<float>(config, "lora_alpha", 1.0f) / static_cast<float>(rank_);
    const auto tasks = static_cast<std::size_t>(tasks_);
    std::vector<float> rows((tasks + 1) * tasks, 0.0f);
    for (std::size_t task = 0; task < tasks; ++task) rows[(task + 1) * tasks + task] = scale;
    chosen_ = b_.constant(graph::Index::task, tasks_, std::move(rows));
  }

  // (W + α / r · B A) x + bias
  graph::ValueId linear(graph::ValueId x, const std::string& module, std::int32_t outputs) {
    const std::string weight = module + ".parametrizations.weight.";
    const std::string bias = module + ".bias";
    const auto plain = b_.linear(x, {.name = weight + "original", .bias = bias}, outputs);
    const auto narrow = b_.linear(x, {.name = weight + "0.lora_A"}, tasks_ * rank_);
    const auto change =
        b_.linear(b_.multiply(narrow, chosen_), {.name = weight + "0.lora_B", .slices = tasks_}, outputs);
    return b_.add(plain, change);
  }

  // Rows of a table and of its change.
  graph::ValueId embedding(const std::string& module, std::int64_t rows, std::int32_t width, graph::Index index) {
    const std::string weight = module + ".parametrizations.weight.";
    const auto plain = b_.embedding({.name = weight + "original"}, rows, width, index);
    const auto narrow = b_.embedding({.name = weight + "0.lora_A", .slices = tasks_}, rows, tasks_ * rank_, index);
    return b_.add(plain,
                  b_.linear(b_.multiply(narrow, chosen_), {.name = weight + "0.lora_B", .transposed = true}, width));
  }

 private:
  graph::Builder& b_;
  std::int32_t tasks_;
  std::int32_t rank_;
  graph::ValueId chosen_;
};

}  // namespace

graph::Graph build_jina(const Json& config, const Head& head) {
  const EncoderConfig c = read_encoder_config(config);
  graph::Builder b("jina");
  const auto rope =
      b.add_rope(read_rope({{"rope_theta", json_value<double>(config, "rotary_emb_base", 10000.0)}}, c.head_dim));
  Adapters adapters(b, config);
  auto x = adapters.embedding("embeddings.word_embeddings", c.vocab_size, c.hidden_size, graph::Index::token);
  if (c.type_vocab_size > 0) {
    x = b.add(x, adapters.embedding("embeddings.token_type_embeddings", c.type_vocab_size, c.hidden_size,
                                    graph::Index::type));
  }
  x = b.layer_norm(x, "emb_ln", c.layer_norm_eps);
  for (std::int32_t layer = 0; layer < c.num_hidden_layers; ++layer) {
    b.scope("encoder.layers." + std::to_string(layer) + ".");
    auto h = packed_attention(b, c, adapters.linear(x, "mixer.Wqkv", 3 * c.hidden_size), rope);
    x = b.layer_norm(b.add(x, adapters.linear(h, "mixer.out_proj", c.hidden_size)), "norm1", c.layer_norm_eps);
    h = b.activate(adapters.linear(x, "mlp.fc1", c.intermediate_size), c.hidden_act);
    x = b.layer_norm(b.add(x, adapters.linear(h, "mlp.fc2", c.hidden_size)), "norm2", c.layer_norm_eps);
  }
  return finish_embedding(b, x, head, c.max_position_embeddings);
}

}  // namespace gerbil::models
