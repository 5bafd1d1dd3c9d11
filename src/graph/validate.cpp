#include <string>
#include <vector>

#include "gerbil/error.hpp"
#include "graph/graph.hpp"
#include "graph/names.hpp"

namespace gerbil::graph {
namespace {

// Checks one node at a time; every message begins with the node it is about.
class Validator {
 public:
  explicit Validator(const Graph& graph)
      : graph_(graph), computed_(graph.values.size(), false), written_(graph.states.size(), false) {}

  void run() {
    for (index_ = 0; index_ < graph_.nodes.size(); ++index_) {
      const Node& node = graph_.nodes[index_];
      for (const ValueId input : node.inputs) {
        expect_index(input, graph_.values.size(), "input value");
        expect(computed_[static_cast<std::size_t>(input)], "reads " + shown(input) + " before it is computed");
      }
      std::visit([&](const auto& operation) { check(operation, node); }, node.operation);
      if (std::holds_alternative<KvWrite>(node.operation)) {
        expect(node.output == none, "has an output, but writes a state only");
        continue;
      }
      expect_index(node.output, graph_.values.size(), "output value");
      expect(!computed_[static_cast<std::size_t>(node.output)], "computes " + shown(node.output) + " a second time");
      computed_[static_cast<std::size_t>(node.output)] = true;
    }
    if (graph_.output < 0 || static_cast<std::size_t>(graph_.output) >= graph_.values.size() ||
        !computed_[static_cast<std::size_t>(graph_.output)]) {
      throw Error(ErrorCode::internal, "The graph '" + graph_.name + "' has no output that a node computes.");
    }
  }

 private:
  void expect(bool condition, const std::string& problem) const {
    if (condition) return;
    throw Error(ErrorCode::internal, "Node " + std::to_string(index_) + " (" +
                                         std::string(name_of(graph_.nodes[index_].operation)) + ") of graph '" +
                                         graph_.name + "' " + problem + ".");
  }

  void expect_index(std::int32_t index, std::size_t size, const std::string& what) const {
    expect(index >= 0 && static_cast<std::size_t>(index) < size,
           "names " + what + " " + std::to_string(index) + ", but there are " + std::to_string(size));
  }

  std::string shown(ValueId id) const { return "%" + std::to_string(id) + " '" + graph_.value(id).name + "'"; }

  void expect_inputs(const Node& node, std::size_t least, std::size_t most) const {
    expect(node.inputs.size() >= least && node.inputs.size() <= most,
           "has " + std::to_string(node.inputs.size()) + " inputs, but takes " + std::to_string(least) +
               (least == most ? "" : " to " + std::to_string(most)));
  }

  std::int64_t width(ValueId id) const { return graph_.value(id).width; }
  std::int64_t out(const Node& node) const { return width(node.output); }

  void expect_equal(std::int64_t found, std::int64_t expected, const std::string& what) const {
    expect(found == expected,
           "has " + what + " " + std::to_string(found) + ", but it should be " + std::to_string(expected));
  }

  void expect_vector(WeightId id, std::int64_t size) const {
    expect_index(id, graph_.weights.size(), "weight");
    expect(graph_.weight(id).vector, "uses matrix '" + graph_.weight(id).parts.front() + "' as a vector");
    expect_equal(graph_.weight(id).columns, size, "a vector of size");
  }

  void expect_same_rows(const Node& node) const {
    for (const ValueId input : node.inputs) {
      expect(graph_.value(input).rows == graph_.value(node.output).rows, "mixes token rows and output rows");
    }
  }

  void check(const Embedding& operation, const Node& node) {
    expect_inputs(node, 0, 1);
    expect_same_rows(node);
    expect_index(operation.table, graph_.weights.size(), "weight");
    const WeightDeclaration& table = graph_.weight(operation.table);
    expect(!table.vector, "uses vector '" + table.parts.front() + "' as a matrix");
    expect_equal(out(node), table.columns, "output width");
    expect(operation.offset >= 0 && operation.offset < table.rows,
           "begins at row " + std::to_string(operation.offset) + " of " + std::to_string(table.rows));
    if (!node.inputs.empty()) expect_equal(width(node.inputs[0]), out(node), "residual width");
    expect(graph_.value(node.output).rows == Rows::tokens, "has output rows, but computes a row for every token");
  }

  void check(const Linear& operation, const Node& node) {
    expect_inputs(node, 1, 2);
    expect_same_rows(node);
    expect_index(operation.weight, graph_.weights.size(), "weight");
    const WeightDeclaration& weight = graph_.weight(operation.weight);
    expect(!weight.vector, "uses vector '" + weight.parts.front() + "' as a matrix");
    expect_equal(width(node.inputs[0]), weight.columns, "input width");
    expect_equal(out(node) * (operation.gated ? 2 : 1), weight.rows, "output width");
    if (operation.bias != none) expect_vector(operation.bias, weight.rows);
    if (operation.norm != none) expect_vector(operation.norm, weight.columns);
    if (node.inputs.size() == 2) expect_equal(width(node.inputs[1]), out(node), "residual width");
  }

  void check(const RmsNorm& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_same_rows(node);
    expect_equal(out(node), width(node.inputs[0]), "output width");
    expect(operation.width > 0 && out(node) % operation.width == 0, "normalises runs that do not divide the row");
    expect_vector(operation.weight, operation.width);
  }

  void check(const LayerNorm& operation, const Node& node) {
    check_elementwise(node, 1);
    expect_vector(operation.weight, out(node));
    if (operation.bias != none) expect_vector(operation.bias, out(node));
  }

  void check_elementwise(const Node& node, std::size_t inputs) const {
    expect_inputs(node, inputs, inputs);
    expect_same_rows(node);
    for (const ValueId input : node.inputs) expect_equal(width(input), out(node), "input width");
  }
  void check(const Add&, const Node& node) { check_elementwise(node, 2); }
  void check(const Multiply&, const Node& node) {
    expect_inputs(node, 2, 2);
    expect_same_rows(node);
    expect_equal(width(node.inputs[0]), out(node), "input width");
    expect(out(node) % width(node.inputs[1]) == 0, "multiplies runs that do not divide the row");
  }
  void check(const TopSoftmax& operation, const Node& node) {
    check_elementwise(node, 1);
    expect(operation.count > 0 && operation.count <= out(node),
           "keeps " + std::to_string(operation.count) + " of " + std::to_string(out(node)));
  }
  void check(const Activate&, const Node& node) { check_elementwise(node, 1); }

  void check(const Slice& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_same_rows(node);
    expect(operation.begin >= 0 && operation.begin + out(node) <= width(node.inputs[0]), "reads beyond its input");
  }

  void check(const Rope& operation, const Node& node) {
    check_elementwise(node, 1);
    expect_index(operation.rope, graph_.ropes.size(), "rope");
    check_head(operation.rope, operation.head_dim);
    expect(out(node) % operation.head_dim == 0, "has a width that is not a whole number of heads");
  }

  void check_head(RopeId rope, std::int64_t head_dim) const {
    const std::int64_t rotary = graph_.ropes[static_cast<std::size_t>(rope)].rotary_dim();
    expect(rotary > 0 && rotary <= head_dim,
           "rotates " + std::to_string(rotary) + " of " + std::to_string(head_dim) + " columns of a head");
  }

  const KvState& state(StateId id) const {
    expect_index(id, graph_.states.size(), "state");
    return graph_.states[static_cast<std::size_t>(id)];
  }

  void check(const KvWrite& operation, const Node& node) {
    expect_inputs(node, 2, 2);
    const KvState& kv = state(operation.state);
    for (const ValueId input : node.inputs) {
      expect_equal(width(input), static_cast<std::int64_t>(kv.kv_heads) * kv.head_dim, "input width");
    }
    written_[static_cast<std::size_t>(operation.state)] = true;
  }

  void check_heads(const KvState& kv, std::int32_t heads) const {
    expect(heads > 0 && kv.kv_heads > 0 && heads % kv.kv_heads == 0,
           "has " + std::to_string(heads) + " query heads for " + std::to_string(kv.kv_heads) + " KV heads");
  }

  void check(const Attention& operation, const Node& node) {
    check_elementwise(node, 1);
    const KvState& kv = state(operation.state);
    check_heads(kv, operation.heads);
    expect(written_[static_cast<std::size_t>(operation.state)], "reads a state that no node before it writes");
    expect_equal(out(node), static_cast<std::int64_t>(operation.heads) * kv.head_dim, "output width");
  }

  void check(const SelectRows&, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_equal(out(node), width(node.inputs[0]), "output width");
    expect(graph_.value(node.output).rows == Rows::outputs, "has token rows, but selects output rows");
  }

  void check(const Pool& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect(!operation.modes.empty(), "pools in no way");
    expect_equal(out(node), width(node.inputs[0]) * static_cast<std::int64_t>(operation.modes.size()), "output width");
    expect(graph_.value(node.inputs[0]).rows == Rows::tokens, "pools rows that are pooled already");
    expect(graph_.value(node.output).rows == Rows::outputs, "has token rows, but computes a row for every output");
  }

  void check(const AttentionInput& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_same_rows(node);
    const KvState& kv = state(operation.state);
    check_heads(kv, operation.heads);
    expect_equal(width(node.inputs[0]), (operation.heads + 2ll * kv.kv_heads) * kv.head_dim, "input width");
    expect_equal(out(node), static_cast<std::int64_t>(operation.heads) * kv.head_dim, "output width");
    if (operation.query_norm != none) expect_vector(operation.query_norm, kv.head_dim);
    if (operation.key_norm != none) expect_vector(operation.key_norm, kv.head_dim);
    if (operation.rope != none) {
      expect_index(operation.rope, graph_.ropes.size(), "rope");
      check_head(operation.rope, kv.head_dim);
    }
    written_[static_cast<std::size_t>(operation.state)] = true;
  }

  const Graph& graph_;
  std::size_t index_ = 0;
  std::vector<bool> computed_;  // by ValueId
  std::vector<bool> written_;   // by StateId
};

}  // namespace

void validate(const Graph& graph) { Validator(graph).run(); }

}  // namespace gerbil::graph
