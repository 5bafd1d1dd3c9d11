#include "gerbil/inspect.hpp"

#include "engine/model_path.hpp"
#include "engine/model_weights.hpp"
#include "engine/random_model.hpp"
#include "engine/self_check.hpp"
#include "graph/passes/passes.hpp"
#include "models/registry.hpp"

namespace gerbil {

Inspection inspect(const std::string& model) {
  Inspection result;
  Json config;
  WeightSource weights;
  if (model.starts_with(random_prefix)) {
    config = random_config(model);
    weights = random_weights({});
    result.quantization = "random affine";
  } else {
    const auto checkpoint = formats::Checkpoint::open(resolve_model(model));
    config = checkpoint.config();
    weights = checkpoint_weights(checkpoint, {});
    result.quantization = checkpoint.quantization();
    for (auto& tensor : checkpoint.tensors()) {
      result.tensors.push_back(
          {std::move(tensor.name), std::move(tensor.dtype), std::move(tensor.shape), tensor.bytes});
    }
  }
  result.architecture = models::architecture(config);
  graph::Graph graph = models::build(config);
  result.graph = graph::to_string(graph);
  for (const graph::WeightDeclaration& weight : graph.weights) {
    weights(weight);  // finds missing tensors and wrong shapes without reading numbers
    result.parameters += weight.rows * weight.columns;
  }
  result.context_length = graph.context_length;
  result.vocabulary_size = graph.value(graph.output).width;
  graph::optimize(graph, [&](const auto& a, const auto& b) { return can_merge(weights, a, b); });
  result.optimized_graph = graph::to_string(graph);
  result.arena_bytes_per_token = graph::plan_memory(graph).peak * static_cast<std::int64_t>(sizeof(float));
  for (const graph::KvState& state : graph.states) {
    result.cache_bytes_per_token += 2ll * 2 * state.kv_heads * state.head_dim;  // keys and values, 16-bit
  }
  return result;
}

std::vector<std::string> check_weights(const std::string& model) {
  const auto checkpoint = formats::Checkpoint::open(resolve_model(model));
  return check_weights(models::build(checkpoint.config()), checkpoint_weights(checkpoint, {}),
                       formats::CheckMode::full);
}

}  // namespace gerbil
