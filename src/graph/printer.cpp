#include <array>
#include <format>
#include <string>

#include "graph/fields.hpp"
#include "graph/graph.hpp"
#include "graph/names.hpp"

namespace gerbil::graph {
namespace {

constexpr std::array<std::string_view, 5> index_names{"token", "position", "type", "task", "ordinal"};
constexpr std::array<std::string_view, 6> pooling_names{"first",         "max", "mean", "mean_sqrt_length",
                                                        "weighted_mean", "last"};

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph) {}

  std::string run() {
    text_ = std::format("graph {} context {}\n", graph_.name, graph_.context_length);
    for (std::size_t i = 0; i < graph_.pages.size(); ++i) {
      const Pages& pages = graph_.pages[i];
      text_ += std::format("pages {} = {} heads of {}{}{}\n", i, pages.kv_heads, pages.head_dim,
                           pages.causal ? ", causal" : "",
                           pages.window == 0 ? "" : std::format(", window {}", pages.window));
    }
    for (std::size_t i = 0; i < graph_.slots.size(); ++i) {
      text_ += std::format("slot {} = {} elements\n", i, graph_.slots[i].elements);
    }
    for (std::size_t i = 0; i < graph_.ropes.size(); ++i) {
      const RopeTable& rope = graph_.ropes[i];
      text_ += std::format("rope {} = {} columns, scale {}{}\n", i, rope.rotary_dim(), rope.scale,
                           rope.long_inverse_frequencies.empty()
                               ? ""
                               : std::format(", a long set beyond {} tokens", rope.original_context));
    }
    for (const Node& node : graph_.nodes) print(node);
    if (graph_.handed) text_ += std::format("hand over {}\n", shown(*graph_.handed));
    text_ += std::format("return {}\n", shown(graph_.output));
    return std::move(text_);
  }

 private:
  static std::string shown(ValueId id) { return std::format("%{}", id.index); }

  void print(const Node& node) {
    for (const ValueId output : node.outputs) {
      const Value& value = graph_.value(output);
      text_ += std::format("{}{} [{}, {}]", output == node.outputs.front() ? "" : ", ", shown(output),
                           value.rows == Rows::tokens ? "T" : "S", value.width);
    }
    if (!node.outputs.empty()) text_ += " = ";
    text_ += name_of(node.operation);
    text_ += '(';
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      text_ += (i == 0 ? "" : ", ") + shown(node.inputs[i]);
    }
    text_ += ')';
    const auto show = [this](std::string_view name, const auto& value) { field(name, value); };
    std::visit([&](const auto& operation) { operation.fields(show); }, node.operation);
    text_ += '\n';
  }

  // Fields that are none, zero, false or the first of their kind are left out.
  template <typename T>
  void field(std::string_view name, const std::optional<T>& value) {
    if (value) field(name, *value);
  }
  void field(std::string_view name, WeightId id) {
    const WeightDeclaration& weight = graph_.weight(id);
    text_ += std::format(" {}=", name);
    for (std::size_t i = 0; i < weight.parts.size(); ++i) {
      text_ += (i == 0 ? "" : "+") + weight.parts[i];
      const RowRuns runs = weight.runs(i);
      if (runs.period > 0) text_ += std::format("<{}+{}/{}>", runs.begin, runs.run, runs.period);
    }
    text_ += weight.vector ? std::format("[{}]", weight.columns) : std::format("[{}, {}]", weight.rows, weight.columns);
  }
  void field(std::string_view name, PagesId id) { text_ += std::format(" {}={}", name, id.index); }
  void field(std::string_view name, SlotId id) { text_ += std::format(" {}={}", name, id.index); }
  void field(std::string_view name, RopeId id) { text_ += std::format(" {}={}", name, id.index); }
  void field(std::string_view name, bool value) {
    if (value) text_ += std::format(" {}", name);
  }
  void field(std::string_view name, std::int32_t value) {
    if (value != 0) text_ += std::format(" {}={}", name, value);
  }
  void field(std::string_view name, float value) {
    if (value != 0.0f) text_ += std::format(" {}={}", name, value);
  }
  void field(std::string_view name, Activation value) {
    if (value != Activation::identity) text_ += std::format(" {}={}", name, name_of(value));
  }
  void field(std::string_view name, Index value) {
    if (value != Index::token) text_ += std::format(" {}={}", name, index_names[static_cast<std::size_t>(value)]);
  }
  void field(std::string_view name, const std::vector<Pooling>& modes) {
    for (std::size_t i = 0; i < modes.size(); ++i) {
      text_ += i == 0 ? std::format(" {}={}", name, name_of(modes[i])) : std::format("+{}", name_of(modes[i]));
    }
  }

  const Graph& graph_;
  std::string text_;
};

}  // namespace

std::string_view name_of(const Operation& operation) {
  return std::visit([](const auto& kind) { return kind.name; }, operation);
}

std::string_view name_of(Pooling pooling) { return pooling_names[static_cast<std::size_t>(pooling)]; }

std::string to_string(const Graph& graph) { return Printer(graph).run(); }

}  // namespace gerbil::graph
