#include "backends/profiler.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "backends/weights.hpp"

namespace gerbil {

std::string kind_of(const graph::Graph& graph, const graph::Node& node) {
  std::string name(std::visit([]<typename Kind>(const Kind&) { return Kind::name; }, node.operation));
  if (const auto* attend = std::get_if<graph::Attend>(&node.operation)) {
    const std::int32_t window = at(graph.pages, attend->pages).window;
    return window == 0 ? name : std::format("{} window {}", name, window);
  }
  const auto* linear = std::get_if<graph::Linear>(&node.operation);
  if (!linear) return name;
  const graph::WeightDeclaration& weight = graph.weight(linear->weight);
  std::string parts;
  for (const std::string& part : weight.parts)
    parts += (parts.empty() ? "" : "+") + part.substr(part.rfind('.') + 1);  // npos + 1 is 0
  return std::format("{} {} {}x{}", name, parts, weight.rows, weight.columns);
}

void Profiler::start(const graph::Graph& graph, std::span<const std::int64_t> weight_bytes) {
  const std::scoped_lock lock(mutex_);
  nodes_.clear();
  std::vector<OperationProfile> kinds;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string name = kind_of(graph, graph.nodes[i]);
    const auto known = std::ranges::find(kinds, name, &OperationProfile::name);
    nodes_.push_back(
        {static_cast<std::size_t>(known - kinds.begin()), weight_bytes[i], row_operations(graph, graph.nodes[i])});
    if (known == kinds.end()) kinds.push_back({.name = name});
    ++kinds[nodes_.back().kind].count;
  }
  empty_.prompt.operations = kinds;
  empty_.decode.operations = std::move(kinds);
  sums_ = empty_;
}

void Profiler::add(const Batch& batch, double seconds, std::span<const NodeTime> nodes) {
  const bool decodes = std::ranges::all_of(batch.views, [](const auto& view) { return view.phase == Phase::decode; });
  const std::scoped_lock lock(mutex_);
  StepProfile& sum = decodes ? sums_.decode : sums_.prompt;
  ++sum.steps;
  sum.tokens += std::ssize(batch.tokens);
  sum.seconds += seconds;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    OperationProfile& kind = sum.operations[nodes_[i].kind];
    kind.seconds += nodes[i].seconds;
    kind.weight_bytes += nodes[i].runs * nodes_[i].weight_bytes;
    kind.operations += nodes[i].rows * nodes_[i].row_operations;
  }
}

Profile Profiler::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(sums_, empty_);
}

}  // namespace gerbil
