#include <array>
#include <format>
#include <string>

#include "graph/graph.hpp"
#include "graph/names.hpp"

namespace gerbil::graph {
namespace {

// In the order of the alternatives of Operation.
constexpr std::array<std::string_view, std::variant_size_v<Operation>> operation_names{
    "embedding", "linear", "rms_norm", "layer_norm", "add",         "multiply", "top_softmax",    "activate",
    "slice",     "rope",   "kv_write", "attention",  "select_rows", "pool",     "attention_input"};

constexpr std::array<std::string_view, 5> index_names{"token", "position", "type", "task", "ordinal"};
constexpr std::array<std::string_view, 6> pooling_names{"first",         "max", "mean", "mean_sqrt_length",
                                                        "weighted_mean", "last"};

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph) {}

  std::string run() {
    text_ = std::format("graph {} context {}\n", graph_.name, graph_.context_length);
    for (std::size_t i = 0; i < graph_.states.size(); ++i) {
      text_ += std::format("state {} = kv {} heads of {}\n", i, graph_.states[i].kv_heads, graph_.states[i].head_dim);
    }
    for (std::size_t i = 0; i < graph_.ropes.size(); ++i) {
      const RopeTable& rope = graph_.ropes[i];
      text_ += std::format("rope {} = {} columns, scale {}{}\n", i, rope.rotary_dim(), rope.scale,
                           rope.long_inverse_frequencies.empty()
                               ? ""
                               : std::format(", a long set beyond {} tokens", rope.original_context));
    }
    for (const Node& node : graph_.nodes) print(node);
    text_ += std::format("return %{}\n", graph_.output);
    return std::move(text_);
  }

 private:
  void print(const Node& node) {
    if (node.output != none) {
      const Value& value = graph_.value(node.output);
      text_ += std::format("%{} [{}, {}] = ", node.output, value.rows == Rows::tokens ? "T" : "S", value.width);
    }
    text_ += name_of(node.operation);
    text_ += '(';
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      text_ += std::format("{}%{}", i == 0 ? "" : ", ", node.inputs[i]);
    }
    text_ += ')';
    std::visit([this](const auto& operation) { fields(operation); }, node.operation);
    text_ += '\n';
  }

  void field(std::string_view name, WeightId id) {
    if (id == none) return;
    const WeightDeclaration& weight = graph_.weight(id);
    text_ += std::format(" {}=", name);
    for (std::size_t i = 0; i < weight.parts.size(); ++i) text_ += (i == 0 ? "" : "+") + weight.parts[i];
    text_ += weight.vector ? std::format("[{}]", weight.columns) : std::format("[{}, {}]", weight.rows, weight.columns);
  }

  void fields(const Embedding& operation) {
    field("table", operation.table);
    if (operation.scale != 1.0f) text_ += std::format(" scale={}", operation.scale);
    if (operation.index != Index::token) {
      text_ += std::format(" index={}", index_names[static_cast<std::size_t>(operation.index)]);
    }
    if (operation.offset != 0) text_ += std::format(" offset={}", operation.offset);
  }
  void fields(const Linear& operation) {
    field("weight", operation.weight);
    field("bias", operation.bias);
    field("norm", operation.norm);
    if (operation.activation != Activation::identity) {
      text_ += std::format(" {}={}", operation.gated ? "gated" : "activation", name_of(operation.activation));
    }
  }
  void fields(const RmsNorm& operation) {
    field("weight", operation.weight);
    text_ += std::format(" epsilon={}", operation.epsilon);
  }
  void fields(const LayerNorm& operation) {
    field("weight", operation.weight);
    field("bias", operation.bias);
    text_ += std::format(" epsilon={}", operation.epsilon);
  }
  void fields(const Add&) {}
  void fields(const Multiply&) {}
  void fields(const TopSoftmax& operation) { text_ += std::format(" count={}", operation.count); }
  void fields(const Activate& operation) { text_ += std::format(" {}", name_of(operation.activation)); }
  void fields(const Slice& operation) { text_ += std::format(" begin={}", operation.begin); }
  void fields(const Rope& operation) {
    text_ += std::format(" rope={} head_dim={}", operation.rope, operation.head_dim);
  }
  void fields(const KvWrite& operation) { text_ += std::format(" state={}", operation.state); }
  void fields(const Attention& operation) {
    text_ += std::format(" state={} heads={} scale={}", operation.state, operation.heads, operation.scale);
    if (operation.window != 0) text_ += std::format(" window={}", operation.window);
    if (!operation.causal) text_ += " bidirectional";
  }
  void fields(const SelectRows&) {}
  void fields(const Pool& operation) {
    for (const Pooling mode : operation.modes) text_ += std::format(" {}", name_of(mode));
  }
  void fields(const AttentionInput& operation) {
    text_ += std::format(" state={} heads={}", operation.state, operation.heads);
    field("query_norm", operation.query_norm);
    field("key_norm", operation.key_norm);
    if (operation.rope != none) text_ += std::format(" rope={}", operation.rope);
  }

  const Graph& graph_;
  std::string text_;
};

}  // namespace

std::string_view name_of(const Operation& operation) { return operation_names[operation.index()]; }

std::string_view name_of(Pooling pooling) { return pooling_names[static_cast<std::size_t>(pooling)]; }

std::string to_string(const Graph& graph) { return Printer(graph).run(); }

}  // namespace gerbil::graph
