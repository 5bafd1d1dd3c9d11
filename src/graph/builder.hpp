// The words that models are written in. Each appends one node and returns its value; none knows a device, a dtype or a
// layout. Weight names are the checkpoint's own, below the current scope.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "graph/graph.hpp"

namespace gerbil::graph {

class Builder {
 public:
  explicit Builder(std::string name) { graph_.name = std::move(name); }

  // Prefix of all weight names until the next call: scope("model.layers.", i, "."), scope("").
  void scope(std::string prefix) { scope_ = std::move(prefix); }

  ValueId embedding(std::string_view module, std::int64_t vocabulary, std::int64_t width, float scale = 1.0f);
  // x plus the row of a table of positions or types; position p has row p + offset of a table of `rows`.
  ValueId add_embedding(ValueId x, std::string_view module, Index index, std::int64_t rows, std::int32_t offset = 0);
  // The same with a table that is never packed for a device.
  ValueId host_embedding(std::string_view module, std::int64_t vocabulary, std::int64_t width, float scale = 1.0f);
  ValueId input(std::int32_t width);  // see Input
  // softcap: see Linear; 0: none.
  ValueId linear(ValueId x, std::string_view module, std::int64_t rows, bool bias = false, float softcap = 0.0f);
  // The same with a weight that is stored in another form, see WeightDeclaration, and a bias of any name.
  struct Stored {
    std::string_view name;
    bool transposed = false;
    std::int32_t slices = 1;
    std::string_view row_map;
    std::string_view bias;  // empty: none
    RowRuns runs;           // of the weight and of the bias
  };
  ValueId linear(ValueId x, const Stored& stored, std::int64_t rows);
  ValueId embedding(const Stored& stored, std::int64_t rows, std::int64_t width, Index index = Index::token);
  // Rows of a table whose numbers are given, [rows, width].
  ValueId constant(Index index, std::int64_t width, std::vector<float> values);
  ValueId rms_norm(ValueId x, std::string_view module, float epsilon);                         // over the whole row
  ValueId rms_norm(ValueId x, std::string_view module, float epsilon, std::int32_t head_dim);  // over each head
  ValueId rms_norm(ValueId x, float epsilon, std::int32_t head_dim);  // the same without weights
  ValueId l2_norm(ValueId x);  // the whole row divided by its length; rows of zeros stay so
  ValueId layer_norm(ValueId x, std::string_view module, float epsilon, bool bias = true);
  ValueId add(ValueId a, ValueId b);
  ValueId multiply(ValueId a, ValueId b);
  ValueId scale(ValueId x, std::string_view tensor);  // by one number of the checkpoint
  ValueId top_softmax(ValueId x, std::int32_t count);
  ValueId activate(ValueId x, Activation activation);
  ValueId slice(ValueId x, std::int32_t begin, std::int32_t width);
  ValueId concatenate(const std::vector<ValueId>& inputs);
  ValueId rope(ValueId x, RopeId rope, std::int32_t head_dim);
  // What a layer writes there, that layer and others attend to.
  PagesId add_pages(const Pages& pages);
  void write(PagesId pages, ValueId k, ValueId v);
  ValueId attend(ValueId q, PagesId pages, std::int32_t heads, float scale);
  // The three in one, for a layer whose keys and values no other reads.
  ValueId attention(ValueId q, ValueId k, ValueId v, std::int32_t heads, float scale, const Pages& pages);
  // A layer of Gated DeltaNet below the module, from its projections of queries, keys and values, z, b and a; the sizes
  // of `shape` are given, and its state and weights are added.
  ValueId delta_net(ValueId qkv, ValueId z, ValueId b, ValueId a, std::string_view module, DeltaNet shape);
  ValueId select_rows(ValueId x);
  ValueId pool(ValueId x, std::vector<Pooling> modes);

  // x is what another graph takes as its input.
  void hand_over(ValueId x) { graph_.handed = x; }

  RopeId add_rope(RopeTable table);
  std::int32_t width(ValueId id) const { return graph_.value(id).width; }
  // What Index::ordinal does not count.
  void padding(std::int32_t token) { graph_.padding_token = token; }
  // Norms from here on multiply by 1 + w instead of w.
  void norms_add_one() { norm_add_ = 1.0f; }

  // The finished graph, its fine weights marked, validated.
  Graph finish(ValueId logits, std::int32_t context_length);
  // The same for a model that sees each text in a single step. What only one layer attends to is not remembered then,
  // so such layers of one shape write over the same keys and values.
  Graph finish_whole_texts(ValueId output, std::int32_t context_length);

 private:
  ValueId append(Operation operation, std::vector<ValueId> inputs, std::string name, std::int32_t width, Rows rows);
  WeightId weight(std::string name, std::int64_t rows, std::int64_t columns, bool vector, RowRuns runs = {});
  WeightId vector(const std::string& name, std::int64_t size) { return weight(name, 1, size, true); }
  WeightId weight(const Stored& stored, std::int64_t rows, std::int64_t columns);
  WeightId constant_vector(std::int64_t size, float value);

  Graph graph_;
  std::unordered_multimap<std::string, WeightId> named_;  // the weights of a name, which differ in their runs
  std::string scope_;
  float norm_add_ = 0.0f;
};

}  // namespace gerbil::graph
