#include <algorithm>
#include <string>
#include <vector>

#include "gerbil/error.hpp"
#include "graph/fields.hpp"
#include "graph/graph.hpp"
#include "graph/names.hpp"

namespace gerbil::graph {
namespace {

// Checks one node at a time; every message begins with the node it is about.
class Validator {
 public:
  explicit Validator(const Graph& graph)
      : graph_(graph), computed_(graph.values.size(), false), written_(graph.pages.size(), false) {}

  void run() {
    for (index_ = 0; index_ < graph_.nodes.size(); ++index_) {
      const Node& node = graph_.nodes[index_];
      check_ids(node);
      std::visit([&](const auto& operation) { check(operation, node); }, node.operation);
      for (const ValueId output : node.outputs) {
        expect(!at(computed_, output), "computes " + shown(output) + " a second time");
        at(computed_, output) = true;
      }
    }
    const bool named = graph_.output.index >= 0 && graph_.output.index < std::ssize(graph_.values);
    if (!named || !at(computed_, graph_.output)) {
      throw Error(ErrorCode::internal, "The graph '" + graph_.name + "' has no output that a node computes.");
    }
    if (!graph_.handed) return;
    const ValueId handed = *graph_.handed;
    if (handed.index < 0 || handed.index >= std::ssize(graph_.values) || !at(computed_, handed) ||
        graph_.value(handed).rows != Rows::tokens) {
      throw Error(ErrorCode::internal,
                  "The graph '" + graph_.name + "' hands over what no node computes for every token.");
    }
  }

 private:
  void expect(bool condition, const std::string& problem) const {
    if (condition) return;
    throw Error(ErrorCode::internal, "Node " + std::to_string(index_) + " (" +
                                         std::string(name_of(graph_.nodes[index_].operation)) + ") of graph '" +
                                         graph_.name + "' " + problem + ".");
  }

  template <typename Of>
  void expect_id(Id<Of> id, const std::vector<Of>& table, const std::string& what) const {
    expect(id.index >= 0 && id.index < std::ssize(table),
           "names " + what + " " + std::to_string(id.index) + ", but there are " + std::to_string(table.size()));
  }

  // Everything that the node names is there, so that the checks of its kind may look at it.
  void check_ids(const Node& node) const {
    for (const ValueId input : node.inputs) {
      expect_id(input, graph_.values, "input value");
      expect(at(computed_, input), "reads " + shown(input) + " before it is computed");
    }
    const std::size_t outputs = std::holds_alternative<Write>(node.operation) ? 0 : 1;
    expect(node.outputs.size() == outputs,
           "has " + std::to_string(node.outputs.size()) + " outputs, but computes " + std::to_string(outputs));
    for (const ValueId output : node.outputs) expect_id(output, graph_.values, "output value");
    for_each_id<WeightId>(node.operation, [&](WeightId id) { expect_id(id, graph_.weights, "weight"); });
    for_each_id<PagesId>(node.operation, [&](PagesId id) { expect_id(id, graph_.pages, "pages"); });
    for_each_id<SlotId>(node.operation, [&](SlotId id) { expect_id(id, graph_.slots, "slot"); });
    for_each_id<RopeId>(node.operation, [&](RopeId id) { expect_id(id, graph_.ropes, "rope"); });
  }

  std::string shown(ValueId id) const { return "%" + std::to_string(id.index) + " '" + graph_.value(id).name + "'"; }

  void expect_inputs(const Node& node, std::size_t least, std::size_t most) const {
    expect(node.inputs.size() >= least && node.inputs.size() <= most,
           "has " + std::to_string(node.inputs.size()) + " inputs, but takes " + std::to_string(least) +
               (least == most ? "" : " to " + std::to_string(most)));
  }

  std::int64_t width(ValueId id) const { return graph_.value(id).width; }
  std::int64_t out(const Node& node) const { return width(node.outputs[0]); }

  void expect_equal(std::int64_t found, std::int64_t expected, const std::string& what) const {
    expect(found == expected,
           "has " + what + " " + std::to_string(found) + ", but it should be " + std::to_string(expected));
  }

  void expect_vector(WeightId id, std::int64_t size) const {
    expect(graph_.weight(id).vector, "uses matrix '" + graph_.weight(id).parts.front() + "' as a vector");
    expect_equal(graph_.weight(id).columns, size, "a vector of size");
  }

  const WeightDeclaration& expect_matrix(WeightId id, bool host = false) const {
    const WeightDeclaration& weight = graph_.weight(id);
    expect(!weight.vector, "uses vector '" + weight.parts.front() + "' as a matrix");
    expect(weight.host == host, "uses '" + weight.parts.front() + "', which is " + (host ? "not " : "") +
                                    "kept where the checkpoint has it");
    return weight;
  }

  void expect_same_rows(const Node& node) const {
    for (const ValueId input : node.inputs) {
      expect(graph_.value(input).rows == graph_.value(node.outputs[0]).rows, "mixes token rows and output rows");
    }
  }

  void check(const Embedding& operation, const Node& node) {
    expect_inputs(node, 0, 1);
    expect_same_rows(node);
    const WeightDeclaration& table = expect_matrix(operation.table);
    expect_equal(out(node), table.columns, "output width");
    expect(operation.offset >= 0 && operation.offset < table.rows,
           "begins at row " + std::to_string(operation.offset) + " of " + std::to_string(table.rows));
    if (!node.inputs.empty()) expect_equal(width(node.inputs[0]), out(node), "residual width");
    expect(graph_.value(node.outputs[0]).rows == Rows::tokens, "has output rows, but computes a row for every token");
  }

  void check(const HostEmbedding& operation, const Node& node) {
    expect_inputs(node, 0, 0);
    const WeightDeclaration& table = expect_matrix(operation.table, true);
    expect_equal(out(node), table.columns, "output width");
    expect(graph_.value(node.outputs[0]).rows == Rows::tokens, "has output rows, but computes a row for every token");
  }

  void check(const Input&, const Node& node) {
    expect_inputs(node, 0, 0);
    const auto inputs = std::ranges::count_if(
        graph_.nodes, [](const Node& other) { return std::holds_alternative<Input>(other.operation); });
    expect(inputs == 1, "is one of several inputs, but a batch brings rows for one");
    expect(graph_.value(node.outputs[0]).rows == Rows::tokens, "has output rows, but there is one for every token");
  }

  void check(const Linear& operation, const Node& node) {
    expect_inputs(node, 1, 2);
    expect_same_rows(node);
    const WeightDeclaration& weight = expect_matrix(operation.weight);
    expect(operation.softcap == 0.0f || (operation.softcap > 0.0f && !operation.gated),
           "has a soft cap that is no bound");
    expect_equal(width(node.inputs[0]), weight.columns, "input width");
    expect_equal(out(node) * (operation.gated ? 2 : 1), weight.rows, "output width");
    if (operation.bias) expect_vector(*operation.bias, weight.rows);
    if (operation.norm) expect_vector(*operation.norm, weight.columns);
    if (node.inputs.size() == 2) expect_equal(width(node.inputs[1]), out(node), "residual width");
  }

  void check(const RmsNorm& operation, const Node& node) {
    expect_inputs(node, 1, 2);
    expect_same_rows(node);
    for (const ValueId input : node.inputs) expect_equal(width(input), out(node), "input width");
    if (operation.factor) expect_vector(*operation.factor, 1);
    expect(operation.width > 0 && out(node) % operation.width == 0, "normalises runs that do not divide the row");
    expect_vector(operation.weight, operation.width);
  }

  void check(const LayerNorm& operation, const Node& node) {
    check_elementwise(node, 1);
    expect_vector(operation.weight, out(node));
    if (operation.bias) expect_vector(*operation.bias, out(node));
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
  void check(const Scale& operation, const Node& node) {
    check_elementwise(node, 1);
    expect_vector(operation.factor, 1);
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
    check_head(operation.rope, operation.head_dim);
    expect(out(node) % operation.head_dim == 0, "has a width that is not a whole number of heads");
  }

  void check_head(RopeId rope, std::int64_t head_dim) const {
    const std::int64_t rotary = graph_.rope(rope).rotary_dim();
    expect(rotary > 0 && rotary <= head_dim,
           "rotates " + std::to_string(rotary) + " of " + std::to_string(head_dim) + " columns of a head");
  }

  void check(const Write& operation, const Node& node) {
    expect_inputs(node, 2, 2);
    const Pages& kv = at(graph_.pages, operation.pages);
    for (const ValueId input : node.inputs) {
      expect_equal(width(input), static_cast<std::int64_t>(kv.kv_heads) * kv.head_dim, "input width");
    }
    at(written_, operation.pages) = true;
  }

  void check_heads(const Pages& kv, std::int32_t heads) const {
    expect(heads > 0 && kv.kv_heads > 0 && heads % kv.kv_heads == 0,
           "has " + std::to_string(heads) + " query heads for " + std::to_string(kv.kv_heads) + " KV heads");
  }

  void check(const Attend& operation, const Node& node) {
    check_elementwise(node, 1);
    const Pages& kv = at(graph_.pages, operation.pages);
    check_heads(kv, operation.heads);
    expect(at(written_, operation.pages), "attends to pages that no node before it writes");
    expect_equal(out(node), static_cast<std::int64_t>(operation.heads) * kv.head_dim, "output width");
  }

  void check(const SelectRows&, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_equal(out(node), width(node.inputs[0]), "output width");
    expect(graph_.value(node.outputs[0]).rows == Rows::outputs, "has token rows, but selects output rows");
  }

  void check(const Pool& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect(!operation.modes.empty(), "pools in no way");
    expect_equal(out(node), width(node.inputs[0]) * static_cast<std::int64_t>(operation.modes.size()), "output width");
    expect(graph_.value(node.inputs[0]).rows == Rows::tokens, "pools rows that are pooled already");
    expect(graph_.value(node.outputs[0]).rows == Rows::outputs, "has token rows, but computes a row for every output");
  }

  void check(const Gate& operation, const Node& node) {
    expect_inputs(node, 2, 2);
    expect_same_rows(node);
    expect_equal(width(node.inputs[0]), out(node), "input width");
    expect(operation.begin >= 0 && operation.begin + out(node) <= width(node.inputs[1]), "reads beyond its input");
  }

  void check(const Concatenate&, const Node& node) {
    expect(!node.inputs.empty(), "has no inputs");
    expect_same_rows(node);
    std::int64_t all = 0;
    for (const ValueId input : node.inputs) all += width(input);
    expect_equal(out(node), all, "output width");
  }

  void check(const DeltaNet& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_same_rows(node);
    expect(graph_.value(node.outputs[0]).rows == Rows::tokens, "has output rows, but remembers every token");
    const std::int32_t smallest =
        std::min({operation.key_heads, operation.value_heads, operation.key_dim, operation.value_dim, operation.taps});
    expect(smallest > 0, "has a size of " + std::to_string(smallest));
    expect(operation.taps <= most_delta_net_taps, "looks at " + std::to_string(operation.taps) + " tokens at once");
    expect(operation.value_heads % operation.key_heads == 0, "has " + std::to_string(operation.value_heads) +
                                                                 " value heads for " +
                                                                 std::to_string(operation.key_heads) + " key heads");
    expect_equal(width(node.inputs[0]), operation.columns(), "input width");
    expect_equal(out(node), operation.values(), "output width");
    expect_equal(at(graph_.slots, operation.slot).elements, operation.slot_elements(), "a slot of size");
    expect(graph_.step_multiple % delta_net_chunk == 0,
           "is in a graph whose prompts are cut at multiples of " + std::to_string(graph_.step_multiple));
    expect_vector(operation.convolution, operation.channels() * operation.taps);
    expect_vector(operation.decay, operation.value_heads);
    expect_vector(operation.time_bias, operation.value_heads);
    expect_vector(operation.norm, operation.value_dim);
  }

  void check(const AttentionInput& operation, const Node& node) {
    expect_inputs(node, 1, 1);
    expect_same_rows(node);
    const Pages& kv = at(graph_.pages, operation.pages);
    check_heads(kv, operation.heads);
    const std::int64_t stored = operation.queries_only      ? 0
                                : operation.keys_are_values ? kv.kv_heads
                                                            : 2ll * kv.kv_heads;
    const std::int64_t least = (operation.heads + stored) * kv.head_dim;
    expect(width(node.inputs[0]) >= least, "has input width " + std::to_string(width(node.inputs[0])) +
                                               ", but it should be at least " + std::to_string(least));
    expect_equal(out(node), static_cast<std::int64_t>(operation.heads) * kv.head_dim, "output width");
    if (operation.query_norm) expect_vector(*operation.query_norm, kv.head_dim);
    if (operation.key_norm) expect_vector(*operation.key_norm, kv.head_dim);
    if (operation.rope) check_head(*operation.rope, kv.head_dim);
    if (!operation.queries_only) at(written_, operation.pages) = true;
  }

  const Graph& graph_;
  std::size_t index_ = 0;
  std::vector<bool> computed_;  // by ValueId
  std::vector<bool> written_;   // by PagesId
};

}  // namespace

void validate(const Graph& graph) { Validator(graph).run(); }

}  // namespace gerbil::graph
