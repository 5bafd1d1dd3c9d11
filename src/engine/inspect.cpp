#include "gerbil/inspect.hpp"

#include "base/boundary.hpp"
#include "engine/model_weights.hpp"
#include "engine/self_check.hpp"
#include "engine/source.hpp"
#include "graph/passes/passes.hpp"

namespace gerbil {
namespace {

Inspection look_into(const std::string& model) {
  Inspection result;
  const ModelSource source = open_source(model, {});
  result.architecture = models::architecture(source.config);
  result.quantization = source.quantization;
  if (source.checkpoint) {
    for (auto& tensor : source.checkpoint->tensors()) {
      result.tensors.push_back(
          {std::move(tensor.name), std::move(tensor.dtype), std::move(tensor.shape), tensor.bytes});
    }
  }
  graph::Graph graph = source.build();
  const auto optimize = [&](graph::Graph& each) {
    graph::optimize(each, [&](const auto& a, const auto& b) { return can_merge(source.weights, a, b); });
  };
  result.graph = graph::to_string(graph);
  for (const graph::WeightDeclaration& weight : graph.weights) {
    source.weights(weight);  // finds missing tensors and wrong shapes without reading numbers
    result.parameters += weight.rows * weight.columns;
  }
  result.context_length = source.longest_context(graph);
  result.vocabulary_size = table_rows(graph, graph::Index::token);
  result.pipeline = source.pipeline.summary();
  if (source.whole_texts()) {
    const bool classes = source.pipeline.head.kind == models::Head::Kind::classes;
    (classes ? result.classes : result.dimensions) = graph.value(graph.output).width;
  }
  optimize(graph);
  result.optimized_graph = graph::to_string(graph);
  if (source.has_draft_layers()) {
    graph::Graph layers = models::build_draft(source.config);
    result.graph += '\n' + graph::to_string(layers);
    optimize(layers);
    result.optimized_graph += '\n' + graph::to_string(layers);
  }
  result.arena_bytes_per_token = graph::plan_memory(graph).peak * static_cast<std::int64_t>(sizeof(float));
  for (const graph::Pages& pages : graph.pages) {
    result.cache_bytes_per_token += 2ll * 2 * pages.kv_heads * pages.head_dim;  // keys and values, 16-bit
  }
  return result;
}

}  // namespace

Inspection inspect(const std::string& model) {
  return guarded([&] { return look_into(model); });
}

std::vector<std::string> check_weights(const std::string& model) {
  return guarded([&] {
    const ModelSource source = open_source(model, {});
    return check_weights(source.build(), source.weights, formats::CheckMode::full);
  });
}

}  // namespace gerbil
