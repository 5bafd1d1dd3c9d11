#include "graph/builder.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <utility>

#include "gerbil/error.hpp"
#include "graph/fields.hpp"

namespace gerbil::graph {

ValueId Builder::append(Operation operation, std::vector<ValueId> inputs, std::string name, std::int32_t width,
                        Rows rows) {
  const ValueId id = graph::append(graph_.values, {std::move(name), width, rows});
  graph_.nodes.push_back({std::move(operation), std::move(inputs), {id}});
  return id;
}

WeightId Builder::weight(std::string name, std::int64_t rows, std::int64_t columns, bool vector, RowRuns runs) {
  const auto [begin, end] = named_.equal_range(name);
  for (auto known = begin; known != end; ++known) {  // a tied head is the same weight
    if (graph_.weight(known->second).runs(0) == runs) return known->second;
  }
  WeightDeclaration declaration{{name}, {vector ? columns : rows}, rows, columns, vector};
  if (runs.period > 0) declaration.part_runs = {runs};
  return named_.emplace(std::move(name), graph::append(graph_.weights, std::move(declaration)))->second;
}

ValueId Builder::embedding(std::string_view module, std::int64_t vocabulary, std::int64_t width, float scale) {
  const std::string name = scope_ + std::string(module);
  const WeightId table = weight(name, vocabulary, width, false);
  return append(Embedding{table, scale}, {}, name, static_cast<std::int32_t>(width), Rows::tokens);
}

ValueId Builder::add_embedding(ValueId x, std::string_view module, Index index, std::int64_t rows,
                               std::int32_t offset) {
  const std::string name = scope_ + std::string(module);
  const WeightId table = weight(name, rows, width(x), false);
  return append(Embedding{table, 1.0f, index, offset}, {x}, name, width(x), Rows::tokens);
}

ValueId Builder::host_embedding(std::string_view module, std::int64_t vocabulary, std::int64_t width, float scale) {
  const std::string name = scope_ + std::string(module);
  const WeightId table = weight(name, vocabulary, width, false);
  at(graph_.weights, table).host = true;
  return append(HostEmbedding{table, scale}, {}, name, static_cast<std::int32_t>(width), Rows::tokens);
}

ValueId Builder::linear(ValueId x, std::string_view module, std::int64_t rows, bool bias, float softcap) {
  const std::string name = scope_ + std::string(module);
  Linear operation{.weight = weight(name, rows, width(x), false), .softcap = softcap};
  if (bias) operation.bias = weight(name + ".bias", 1, rows, true);
  return append(operation, {x}, name, static_cast<std::int32_t>(rows), graph_.value(x).rows);
}

WeightId Builder::weight(const Stored& stored, std::int64_t rows, std::int64_t columns) {
  const WeightId id = weight(scope_ + std::string(stored.name), rows, columns, false, stored.runs);
  WeightDeclaration& declaration = at(graph_.weights, id);
  declaration.transposed = stored.transposed;
  declaration.slices = stored.slices;
  if (!stored.row_map.empty()) declaration.row_map = scope_ + std::string(stored.row_map);
  return id;
}

ValueId Builder::linear(ValueId x, const Stored& stored, std::int64_t rows) {
  Linear operation{.weight = weight(stored, rows, width(x))};
  if (!stored.bias.empty()) operation.bias = weight(scope_ + std::string(stored.bias), 1, rows, true, stored.runs);
  return append(operation, {x}, scope_ + std::string(stored.name), static_cast<std::int32_t>(rows),
                graph_.value(x).rows);
}

ValueId Builder::embedding(const Stored& stored, std::int64_t rows, std::int64_t width, Index index) {
  return append(Embedding{weight(stored, rows, width), 1.0f, index}, {}, scope_ + std::string(stored.name),
                static_cast<std::int32_t>(width), Rows::tokens);
}

ValueId Builder::constant(Index index, std::int64_t width, std::vector<float> values) {
  const std::string name = "constant " + std::to_string(graph_.weights.size());
  const WeightId table = weight(name, static_cast<std::int64_t>(values.size()) / width, width, false);
  at(graph_.weights, table).values = std::move(values);
  return append(Embedding{table, 1.0f, index}, {}, name, static_cast<std::int32_t>(width), Rows::tokens);
}

ValueId Builder::rms_norm(ValueId x, std::string_view module, float epsilon) {
  return rms_norm(x, module, epsilon, width(x));
}

ValueId Builder::rms_norm(ValueId x, std::string_view module, float epsilon, std::int32_t head_dim) {
  const std::string name = scope_ + std::string(module);
  const WeightId scale = weight(name + ".weight", 1, head_dim, true);
  at(graph_.weights, scale).add = norm_add_;
  return append(RmsNorm{scale, head_dim, epsilon}, {x}, name, width(x), graph_.value(x).rows);
}

WeightId Builder::constant_vector(std::int64_t size, float value) {
  const WeightId id = weight(std::format("constant {} times {}", size, value), 1, size, true);
  at(graph_.weights, id).values.assign(static_cast<std::size_t>(size), value);
  return id;
}

ValueId Builder::rms_norm(ValueId x, float epsilon, std::int32_t head_dim) {
  return append(RmsNorm{constant_vector(head_dim, 1.0f), head_dim, epsilon}, {x}, scope_ + "rms_norm", width(x),
                graph_.value(x).rows);
}

ValueId Builder::l2_norm(ValueId x) {
  const WeightId scale = constant_vector(width(x), 1 / std::sqrt(static_cast<float>(width(x))));
  constexpr float epsilon = 1e-30f;  // keeps rows of zeros from 0 / 0, and no other row notices
  return append(RmsNorm{scale, width(x), epsilon}, {x}, scope_ + "l2_norm", width(x), graph_.value(x).rows);
}

ValueId Builder::layer_norm(ValueId x, std::string_view module, float epsilon, bool bias) {
  const std::string name = scope_ + std::string(module);
  LayerNorm operation{weight(name + ".weight", 1, width(x), true), {}, epsilon};
  if (bias) operation.bias = weight(name + ".bias", 1, width(x), true);
  return append(operation, {x}, name, width(x), graph_.value(x).rows);
}

ValueId Builder::add(ValueId a, ValueId b) {
  return append(Add{}, {a, b}, scope_ + "add", width(a), graph_.value(a).rows);
}

ValueId Builder::multiply(ValueId a, ValueId b) {
  return append(Multiply{}, {a, b}, scope_ + "multiply", width(a), graph_.value(a).rows);
}

ValueId Builder::scale(ValueId x, std::string_view tensor) {
  const std::string name = scope_ + std::string(tensor);
  return append(Scale{weight(name, 1, 1, true)}, {x}, name, width(x), graph_.value(x).rows);
}

ValueId Builder::top_softmax(ValueId x, std::int32_t count) {
  return append(TopSoftmax{count}, {x}, scope_ + "top_softmax", width(x), graph_.value(x).rows);
}

ValueId Builder::activate(ValueId x, Activation activation) {
  return append(Activate{activation}, {x}, scope_ + "activation", width(x), graph_.value(x).rows);
}

ValueId Builder::slice(ValueId x, std::int32_t begin, std::int32_t width) {
  return append(Slice{begin}, {x}, scope_ + "slice", width, graph_.value(x).rows);
}

ValueId Builder::concatenate(const std::vector<ValueId>& inputs) {
  std::int32_t all = 0;
  for (const ValueId input : inputs) all += width(input);
  return append(Concatenate{}, inputs, scope_ + "concatenate", all, graph_.value(inputs.front()).rows);
}

ValueId Builder::rope(ValueId x, RopeId rope, std::int32_t head_dim) {
  return append(Rope{rope, head_dim}, {x}, scope_ + "rope", width(x), graph_.value(x).rows);
}

PagesId Builder::add_pages(const Pages& pages) { return graph::append(graph_.pages, pages); }

void Builder::write(PagesId pages, ValueId k, ValueId v) { graph_.nodes.push_back({Write{pages}, {k, v}, {}}); }

ValueId Builder::attend(ValueId q, PagesId pages, std::int32_t heads, float scale) {
  return append(Attend{pages, heads, scale}, {q}, scope_ + "attention", width(q), Rows::tokens);
}

ValueId Builder::attention(ValueId q, ValueId k, ValueId v, std::int32_t heads, float scale, const Pages& pages) {
  const PagesId id = add_pages(pages);
  write(id, k, v);
  return attend(q, id, heads, scale);
}

ValueId Builder::delta_net(ValueId qkv, ValueId z, ValueId b, ValueId a, std::string_view module, DeltaNet shape) {
  const std::string name = scope_ + std::string(module);
  DeltaNet operation = shape;
  operation.slot = graph::append(graph_.slots, {operation.slot_elements()});
  operation.convolution = vector(name + ".conv1d.weight", operation.channels() * operation.taps);
  at(graph_.weights, operation.convolution).flattened = true;
  operation.decay = vector(name + ".A_log", operation.value_heads);
  operation.time_bias = vector(name + ".dt_bias", operation.value_heads);
  operation.norm = vector(name + ".norm.weight", operation.value_dim);
  graph_.step_multiple = delta_net_chunk;
  return append(operation, {concatenate({qkv, z, b, a})}, name, static_cast<std::int32_t>(operation.values()),
                Rows::tokens);
}

ValueId Builder::input(std::int32_t width) { return append(Input{}, {}, "input", width, Rows::tokens); }

ValueId Builder::select_rows(ValueId x) { return append(SelectRows{}, {x}, "select_rows", width(x), Rows::outputs); }

ValueId Builder::pool(ValueId x, std::vector<Pooling> modes) {
  const std::int32_t all = static_cast<std::int32_t>(modes.size()) * width(x);
  return append(Pool{std::move(modes)}, {x}, "pool", all, Rows::outputs);
}

RopeId Builder::add_rope(RopeTable table) { return graph::append(graph_.ropes, std::move(table)); }

Graph Builder::finish(ValueId logits, std::int32_t context_length) {
  graph_.output = logits;
  graph_.context_length = context_length;
  mark_fine_weights(graph_);
  validate(graph_);
  return std::move(graph_);
}

Graph Builder::finish_whole_texts(ValueId output, std::int32_t context_length) {
  std::vector<int> readers(graph_.pages.size(), 0);
  for (const Node& node : graph_.nodes) {
    if (const auto* attend = std::get_if<Attend>(&node.operation)) ++at(readers, attend->pages);
  }
  std::vector<Pages> kept;
  std::vector<PagesId> renamed;  // by PagesId
  std::vector<std::pair<Pages, PagesId>> reused;
  for (std::size_t i = 0; i < graph_.pages.size(); ++i) {
    const Pages& pages = graph_.pages[i];
    const auto found = std::ranges::find(reused, pages, &std::pair<Pages, PagesId>::first);
    const bool read_once = readers[i] == 1;  // what a later layer reads again must still be there
    if (read_once && found != reused.end()) {
      renamed.push_back(found->second);
      continue;
    }
    renamed.push_back(graph::append(kept, pages));
    if (read_once) reused.emplace_back(pages, renamed.back());
  }
  for (Node& node : graph_.nodes) {
    for_each_id<PagesId>(node.operation, [&](PagesId& id) { id = at(renamed, id); });
  }
  graph_.pages = std::move(kept);
  return finish(output, context_length);
}

}  // namespace gerbil::graph
