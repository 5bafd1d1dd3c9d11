#include "graph/passes/passes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "gerbil/error.hpp"
#include "graph/builder.hpp"

namespace gerbil::graph {
namespace {

// One layer of a small transformer, as a family would write it.
Graph layer(bool rotated = true, bool biased = false) {
  Builder b("test");
  RopeTable table;
  table.inverse_frequencies = {1.0f, 0.1f};
  const RopeId rope = b.add_rope(table);
  auto x = b.embedding("embed", 32, 16);
  b.scope("layer.");
  auto h = b.rms_norm(x, "norm", 1e-6f);
  auto q = b.linear(h, "q", 16, biased);
  auto k = b.linear(h, "k", 8, biased);
  const auto v = b.linear(h, "v", 8, biased);
  if (rotated) {
    q = b.rope(b.rms_norm(q, "q_norm", 1e-6f, 4), rope, 4);
    k = b.rope(b.rms_norm(k, "k_norm", 1e-6f, 4), rope, 4);
  }
  x = b.add(x, b.linear(b.attention(q, k, v, 4, 0.5f, {2, 4}), "o", 16));
  h = b.rms_norm(x, "mlp_norm", 1e-6f);
  const auto gate = b.activate(b.linear(h, "gate", 24), Activation::silu);
  h = b.multiply(gate, b.linear(h, "up", 24));
  x = b.add(x, b.linear(h, "down", 16));
  b.scope("");
  return b.finish(b.linear(b.rms_norm(b.select_rows(x), "final", 1e-6f), "embed", 32), 128);
}

std::size_t count_nodes(const Graph& graph) { return graph.nodes.size(); }

TEST(Passes, ALayerBecomesFiveNodes) {
  Graph graph = layer();
  optimize(graph);
  EXPECT_EQ(to_string(graph),
            "graph test context 128\n"
            "pages 0 = 2 heads of 4, causal\n"
            "rope 0 = 4 columns, scale 1\n"
            "%0 [T, 16] = embedding() table=embed[32, 16] scale=1\n"
            "%1 [T, 32] = linear(%0) weight=layer.q+layer.k+layer.v[32, 16] norm=layer.norm.weight[16] epsilon=1e-06\n"
            "%2 [T, 16] = attention_input(%1) pages=0 heads=4 query_norm=layer.q_norm.weight[4] "
            "key_norm=layer.k_norm.weight[4] epsilon=1e-06 rope=0\n"
            "%3 [T, 16] = attend(%2) pages=0 heads=4 scale=0.5\n"
            "%4 [T, 16] = linear(%3, %0) weight=layer.o[16, 16]\n"
            "%5 [T, 24] = linear(%4) weight=layer.gate+layer.up[48, 16] activation=silu gated "
            "norm=layer.mlp_norm.weight[16] epsilon=1e-06\n"
            "%6 [T, 16] = linear(%5, %4) weight=layer.down[16, 24]\n"
            "%7 [S, 16] = select_rows(%6)\n"
            "%8 [S, 32] = linear(%7) weight=embed[32, 16] norm=final.weight[16] epsilon=1e-06\n"
            "return %8\n");
}

// A layer of a text encoder: norms after the sums, and no state of its own.
TEST(Passes, AnEncoderLayerBecomesEightNodes) {
  Builder b("encoder");
  auto x = b.embedding("word", 32, 16);
  x = b.add_embedding(x, "position", Index::position, 8, 2);
  x = b.add_embedding(x, "type", Index::type, 2);
  for (const char* scope : {"0.", "1."}) {
    b.scope(scope);
    const auto q = b.linear(x, "q", 16, true);
    const auto k = b.linear(x, "k", 16, true);
    const auto v = b.linear(x, "v", 16, true);
    x = b.layer_norm(b.add(x, b.linear(b.attention(q, k, v, 4, 0.5f, {4, 4, 3, false}), "o", 16, true)), "n", 1e-5f);
    const auto h = b.activate(b.linear(x, "up", 24, true), Activation::gelu);
    x = b.layer_norm(b.add(x, b.linear(h, "down", 16, true)), "m", 1e-5f, false);
  }
  b.scope("");
  Graph graph = b.finish_whole_texts(b.pool(x, {Pooling::mean, Pooling::last}), 6);
  optimize(graph);
  const std::string text = to_string(graph);
  EXPECT_EQ(graph.nodes.size(), 3u + 2 * 8 + 1);
  EXPECT_EQ(graph.pages.size(), 1u) << "layers that remember nothing share their keys and values";
  for (const char* line : {
           "%1 [T, 16] = embedding(%0) table=position[8, 16] scale=1 index=position offset=2\n",
           "%2 [T, 16] = embedding(%1) table=type[2, 16] scale=1 index=type\n",
           "%5 [T, 16] = attend(%4) pages=0 heads=4 scale=0.5\n",
           "%6 [T, 16] = linear(%5, %2) weight=0.o[16, 16] bias=0.o.bias[16]\n",
           "%7 [T, 16] = layer_norm(%6) weight=0.n.weight[16] bias=0.n.bias[16] epsilon=1e-05\n",
           "%8 [T, 24] = linear(%7) weight=0.up[24, 16] bias=0.up.bias[24] activation=gelu\n",
           "%19 [S, 32] = pool(%18) modes=mean+last\n",
       }) {
    EXPECT_NE(text.find(line), std::string::npos) << "no line " << line << "in\n" << text;
  }
}

TEST(Passes, PlainHeadsAndBiases) {
  Graph graph = layer(false, true);
  optimize(graph);
  const std::string text = to_string(graph);
  EXPECT_NE(text.find("attention_input(%1) pages=0 heads=4\n"), std::string::npos) << text;
  EXPECT_NE(text.find("bias=layer.q.bias+layer.k.bias+layer.v.bias[32]"), std::string::npos) << text;
}

TEST(Passes, WeightsThatCannotBeStackedStayApart) {
  Graph graph = layer();
  const std::size_t before = count_nodes(graph);
  optimize(graph, [](const WeightDeclaration&, const WeightDeclaration&) { return false; });
  // Only activations, residuals and norms are fused: an activation, two adds and four norms are gone, that of the
  // queries with the rotation after it.
  EXPECT_EQ(count_nodes(graph), before - 7);
  EXPECT_NO_THROW(validate(graph));
}

// Norms on both sides of what a layer adds, and a second layer that attends to what the first has written.
TEST(Passes, NormsTakeResidualsAndFactorsAndQueriesMayComeAlone) {
  Builder b("test");
  RopeTable table;
  table.inverse_frequencies = {1.0f, 0.1f};
  const RopeId rope = b.add_rope(table);
  const PagesId pages = b.add_pages({.kv_heads = 1, .head_dim = 4});
  const auto large = b.host_embedding("large", 32, 8);
  auto x = b.add(large, b.embedding("embed", 32, 8));
  for (const bool writes : {true, false}) {
    b.scope(writes ? "0." : "1.");
    const auto h = b.rms_norm(x, "norm", 1e-6f);
    const auto q = b.rope(b.rms_norm(b.linear(h, "q", 8), "q_norm", 1e-5f, 4), rope, 4);
    if (writes) {
      const auto k = b.rope(b.rms_norm(b.linear(h, "k", 4), "k_norm", 1e-5f, 4), rope, 4);
      b.write(pages, k, b.rms_norm(b.linear(h, "v", 4), 1e-5f, 4));
    }
    const auto o = b.linear(b.attend(q, pages, 2, 1.0f), "o", 8);
    x = b.scale(b.add(x, b.rms_norm(o, "after", 1e-6f)), "factor");
  }
  b.scope("");
  Graph graph = b.finish(b.linear(b.select_rows(x), "head", 32, false, 30.0f), 128);
  optimize(graph);
  EXPECT_EQ(to_string(graph),
            "graph test context 128\n"
            "pages 0 = 1 heads of 4, causal\n"
            "rope 0 = 4 columns, scale 1\n"
            "%0 [T, 8] = host_embedding() table=large[32, 8] scale=1\n"
            "%1 [T, 8] = embedding() table=embed[32, 8] scale=1\n"
            "%2 [T, 8] = add(%0, %1)\n"
            "%3 [T, 16] = linear(%2) weight=0.q+0.k+0.v[16, 8] norm=0.norm.weight[8] epsilon=1e-06\n"
            "%4 [T, 8] = attention_input(%3) pages=0 heads=2 query_norm=0.q_norm.weight[4] key_norm=0.k_norm.weight[4] "
            "value_norm epsilon=1e-05 rope=0\n"
            "%5 [T, 8] = attend(%4) pages=0 heads=2 scale=1\n"
            "%6 [T, 8] = linear(%5) weight=0.o[8, 8]\n"
            "%7 [T, 8] = rms_norm(%6, %2) weight=0.after.weight[8] width=8 epsilon=1e-06 factor=0.factor[1]\n"
            "%8 [T, 8] = linear(%7) weight=1.q[8, 8] norm=1.norm.weight[8] epsilon=1e-06\n"
            "%9 [T, 8] = attention_input(%8) pages=0 heads=2 queries_only query_norm=1.q_norm.weight[4] epsilon=1e-05 "
            "rope=0\n"
            "%10 [T, 8] = attend(%9) pages=0 heads=2 scale=1\n"
            "%11 [T, 8] = linear(%10) weight=1.o[8, 8]\n"
            "%12 [T, 8] = rms_norm(%11, %7) weight=1.after.weight[8] width=8 epsilon=1e-06 factor=1.factor[1]\n"
            "%13 [S, 8] = select_rows(%12)\n"
            "%14 [S, 32] = linear(%13) weight=head[32, 8] softcap=30\n"
            "return %14\n");
}

TEST(Passes, AValueReadTwiceIsNotFusedAway) {
  Builder b("test");
  auto x = b.embedding("embed", 8, 16);
  const auto h = b.rms_norm(x, "norm", 1e-6f);
  const auto product = b.linear(h, "p", 16);
  x = b.add(b.add(h, product), product);  // h and product both have a reader that no fusion covers
  Graph graph = b.finish(b.linear(b.select_rows(x), "head", 8), 128);
  optimize(graph);
  EXPECT_NE(to_string(graph).find("rms_norm"), std::string::npos);
  EXPECT_NE(to_string(graph).find("add"), std::string::npos);
}

TEST(Passes, RemoveDeadKeepsStateWrites) {
  Graph graph = layer();
  const std::size_t before = count_nodes(graph);
  remove_dead(graph);
  EXPECT_EQ(count_nodes(graph), before);
}

TEST(Validator, NamesTheNodeAndTheProblem) {
  const auto problem = [](const std::function<void(Graph&)>& damage) -> std::string {
    Graph graph = layer();
    damage(graph);
    try {
      validate(graph);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(problem([](Graph&) {}), "no error");
  EXPECT_EQ(problem([](Graph& g) { std::swap(g.nodes[1], g.nodes[2]); }),
            "Node 1 (linear) of graph 'test' reads %1 'layer.norm' before it is computed.");
  EXPECT_EQ(problem([](Graph& g) { g.values[2].width = 20; }),
            "Node 2 (linear) of graph 'test' has output width 20, but it should be 16.");
  EXPECT_EQ(problem([](Graph& g) { g.nodes[2].inputs[0] = {999}; }),
            "Node 2 (linear) of graph 'test' names input value 999, but there are 22.");
  EXPECT_EQ(problem([](Graph& g) { g.output = {}; }), "The graph 'test' has no output that a node computes.");
  const auto write = [](const Node& node) { return std::holds_alternative<Write>(node.operation); };
  EXPECT_EQ(problem([&](Graph& g) { std::erase_if(g.nodes, write); }),
            "Node 9 (attend) of graph 'test' attends to pages that no node before it writes.");
}

TEST(MemoryPlan, LiveValuesNeverOverlap) {
  for (const bool optimized : {false, true}) {
    Graph graph = layer();
    if (optimized) optimize(graph);
    const MemoryPlan plan = plan_memory(graph);
    const auto end = [&](ValueId v) { return at(plan.offsets, v) + graph.value(v).width; };
    std::vector<std::size_t> born(graph.values.size());
    std::vector<std::size_t> last(graph.values.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const ValueId output : graph.nodes[i].outputs) at(born, output) = at(last, output) = i;
      for (const ValueId input : graph.nodes[i].inputs) at(last, input) = i;
    }
    std::int64_t total = 0;
    for (ValueId a{0}; a.index < std::ssize(graph.values); ++a.index) {
      if (a == graph.output) continue;
      total += graph.value(a).width;
      EXPECT_LE(end(a), plan.peak);
      for (ValueId b{0}; b < a; ++b.index) {
        if (b == graph.output || at(born, a) > at(last, b) || at(born, b) > at(last, a)) continue;
        EXPECT_TRUE(at(plan.offsets, a) >= end(b) || at(plan.offsets, b) >= end(a)) << a.index << " and " << b.index;
      }
    }
    EXPECT_LT(plan.peak, total) << "memory is shared";
    EXPECT_EQ(at(plan.offsets, graph.output), -1);
  }
}

}  // namespace
}  // namespace gerbil::graph
