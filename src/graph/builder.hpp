// The words that models are written in. Each appends one node and returns its value; none knows a device, a dtype or a
// layout. Weight names are the checkpoint's own, below the current scope.
#pragma once

#include <string>
#include <string_view>

#include "graph/graph.hpp"

namespace gerbil::graph {

class Builder {
 public:
  explicit Builder(std::string name) { graph_.name = std::move(name); }

  // Prefix of all weight names until the next call: scope("model.layers.", i, "."), scope("").
  void scope(std::string prefix) { scope_ = std::move(prefix); }

  ValueId embedding(std::string_view module, std::int64_t vocabulary, std::int64_t width, float scale = 1.0f);
  ValueId linear(ValueId x, std::string_view module, std::int64_t rows, bool bias = false);
  ValueId rms_norm(ValueId x, std::string_view module, float epsilon);                         // over the whole row
  ValueId rms_norm(ValueId x, std::string_view module, float epsilon, std::int32_t head_dim);  // over each head
  ValueId add(ValueId a, ValueId b);
  ValueId multiply(ValueId a, ValueId b);
  ValueId activate(ValueId x, Activation activation);
  ValueId slice(ValueId x, std::int32_t begin, std::int32_t width);
  ValueId rope(ValueId x, RopeId rope, std::int32_t head_dim);
  // Writes k and v to a new state and attends over it.
  ValueId attention(ValueId q, ValueId k, ValueId v, std::int32_t heads, std::int32_t kv_heads, float scale,
                    std::int32_t window = 0);
  ValueId select_rows(ValueId x);

  RopeId add_rope(RopeTable table);
  std::int32_t width(ValueId id) const { return graph_.value(id).width; }

  // The finished graph, validated.
  Graph finish(ValueId logits, std::int32_t context_length);

 private:
  ValueId append(Operation operation, std::vector<ValueId> inputs, std::string name, std::int32_t width, Rows rows);
  WeightId weight(std::string name, std::int64_t rows, std::int64_t columns, bool vector);

  Graph graph_;
  std::string scope_;
};

}  // namespace gerbil::graph
