// The kinds that a profile sorts the nodes of a graph into, and what is added to them.
#include "backends/profiler.hpp"

#include <gmock/gmock.h>

#include "backends/reference.hpp"
#include "backends/weights.hpp"

namespace gerbil::test {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names(const StepProfile& profile) {
  std::vector<std::string> result;
  for (const OperationProfile& operation : profile.operations) result.push_back(operation.name);
  return result;
}

// A window, a projection of two parts, and one without a folder.
graph::Graph small_graph() {
  TestGraph g;
  const graph::ValueId x = g.input(64);
  const graph::WeightId merged = g.matrix(96, 64, {DType::f32});
  const graph::WeightId head = g.matrix(32, 64, {DType::f32});
  at(g.graph.weights, merged).parts = {"layers.0.mlp.gate_proj", "layers.0.mlp.up_proj"};
  at(g.graph.weights, head).parts = {"lm_head"};
  const graph::PagesId pages = append(g.graph.pages, {1, 64, 512, true});
  const graph::ValueId seen = g.node(graph::Attend{pages, 1, 1.0f}, {x}, 64);
  g.node(graph::Linear{merged}, {seen}, 96);
  g.node(graph::Linear{merged}, {x}, 96);
  const graph::ValueId wanted = g.node(graph::SelectRows{}, {x}, 64, graph::Rows::outputs);
  g.node(graph::Linear{head}, {wanted}, 32, graph::Rows::outputs);
  return g.graph;
}

TEST(Profiler, NamesKindsByWeightShapeAndWindow) {
  Profiler profiler;
  const graph::Graph graph = small_graph();
  profiler.start(graph, std::vector<std::int64_t>(graph.nodes.size()));
  const Profile profile = profiler.take();
  EXPECT_THAT(names(profile.decode), ElementsAre("embedding", "attend window 512", "linear gate_proj+up_proj 96x64",
                                                 "select_rows", "linear lm_head 32x64"));
  EXPECT_EQ(names(profile.prompt), names(profile.decode));
  EXPECT_EQ(profile.decode.operations[2].count, 2);
}

TEST(Profiler, AddsNodesOfAKindAndStepsOfAPhase) {
  Profiler profiler;
  const graph::Graph graph = small_graph();
  profiler.start(graph, std::vector<std::int64_t>{0, 0, 100, 100, 0, 10});
  const std::vector<NodeTime> times{{1, 1, 2}, {1, 1, 2}, {3, 1, 2}, {4, 1, 2}, {1, 0, 0}, {0, 0, 0}};
  const TestBatch decode({{0, 5, {1}}, {1, 7, {2}}}, {{0}, {1}});
  const TestBatch mixed({{0, 6, {1}}, {1, 0, {2, 3}}}, {{0}, {1}});
  profiler.add(decode.batch(), 12, times);
  profiler.add(decode.batch(), 13, times);
  profiler.add(mixed.batch(), 14, times);
  const Profile profile = profiler.take();
  EXPECT_EQ(profile.decode.steps, 2);
  EXPECT_EQ(profile.decode.tokens, 4);
  EXPECT_EQ(profile.decode.seconds, 25);
  EXPECT_EQ(profile.prompt.steps, 1);
  EXPECT_EQ(profile.prompt.tokens, 3);
  const OperationProfile& linear = profile.decode.operations[2];
  EXPECT_EQ(linear.seconds, 14);
  EXPECT_EQ(linear.weight_bytes, 400);
  EXPECT_EQ(linear.operations, 2 * 4 * 2 * 96 * 64);
  EXPECT_EQ(profile.decode.operations[4].weight_bytes, 0) << "no row was wanted";
  EXPECT_EQ(profiler.take().decode.steps, 0);
}

TEST(Profiler, OperationsOfNodesAreThoseOfTheGraph) {
  const graph::Graph graph = small_graph();
  std::int64_t sum = 0;
  for (const graph::Node& node : graph.nodes) sum += row_operations(graph, node);
  EXPECT_EQ(sum, 2 * 64 * (96 + 96 + 32));
  EXPECT_EQ(count_operations(graph).token, sum);
  EXPECT_EQ(count_operations(graph).prompt_token, 2 * 64 * (96 + 96));
}

}  // namespace
}  // namespace gerbil::test
