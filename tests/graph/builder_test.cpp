#include "graph/builder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "gerbil/error.hpp"
#include "graph/passes/passes.hpp"

namespace gerbil::graph {
namespace {

const WeightDeclaration& declared(const Graph& graph, std::string_view name) {
  for (const WeightDeclaration& weight : graph.weights) {
    if (weight.parts.front() == name) return weight;
  }
  throw std::runtime_error("no weight of that name");
}

// x and what attention makes of it, with queries and keys that are normalised and rotated.
ValueId attend(Builder& b, ValueId x, bool causal) {
  const RopeId rope = b.add_rope({.inverse_frequencies = std::vector<float>(8, 1.0f)});
  const ValueId q = b.rope(b.rms_norm(b.linear(x, "q", 32, false), "q_norm", 1e-6f, 16), rope, 16);
  const ValueId k = b.rope(b.linear(x, "k", 32, false), rope, 16);
  return b.linear(b.attention(q, k, b.linear(x, "v", 32, false), 2, 1.0f, {2, 16, 0, causal}), "o", 32, false);
}

TEST(Builder, AnEncoderKeepsAllButQueriesAndKeysFine) {
  Builder b("model");
  const ValueId x = attend(b, b.embedding("embed_tokens", 96, 32, 1.0f), false);
  const Graph graph = b.finish_whole_texts(b.pool(x, {Pooling::mean}), 8);
  for (const char* name : {"v", "o", "embed_tokens"}) EXPECT_TRUE(declared(graph, name).fine) << name;
  for (const char* name : {"q", "k"}) EXPECT_FALSE(declared(graph, name).fine) << name;
}

TEST(Builder, QueriesBesideValuesInOneProjectionAreFine) {
  Builder b("model");
  const ValueId qkv = b.linear(b.embedding("embed_tokens", 96, 32, 1.0f), "qkv", 96, false);
  const auto part = [&](int i) { return b.slice(qkv, 32 * i, 32); };
  const ValueId x = b.attention(part(0), part(1), part(2), 2, 1.0f, {2, 16, 0, false});
  EXPECT_TRUE(declared(b.finish_whole_texts(b.pool(x, {Pooling::mean}), 8), "qkv").fine);
}

TEST(Builder, OfWholeTextsOnlyPagesThatAreReadAgainStay) {
  Builder b("model");
  ValueId x = b.embedding("embed_tokens", 96, 32, 1.0f);
  const PagesId again = b.add_pages({2, 16, 0, false});
  for (int layer = 0; layer < 3; ++layer) {
    b.scope(std::to_string(layer) + ".");
    if (layer == 1) b.write(again, b.linear(x, "k", 32), b.linear(x, "v", 32));
    x = layer == 1 ? b.attend(x, again, 2, 1.0f)
                   : b.attention(x, b.linear(x, "k", 32), b.linear(x, "v", 32), 2, 1.0f, {2, 16, 0, false});
  }
  x = b.attend(x, again, 2, 1.0f);
  const Graph graph = b.finish_whole_texts(b.pool(x, {Pooling::mean}), 8);
  EXPECT_EQ(graph.pages.size(), 2U);
  std::vector<PagesId> read;
  for (const Node& node : graph.nodes) {
    if (const auto* attend = std::get_if<Attend>(&node.operation)) read.push_back(attend->pages);
  }
  EXPECT_EQ(read, (std::vector<PagesId>{{1}, {0}, {1}, {0}}));
}

TEST(Builder, ADecoderKeepsOnlyItsTableAndItsHeadFine) {
  Builder b("model");
  const ValueId x = attend(b, b.embedding("embed_tokens", 96, 32, 1.0f), true);
  const Graph graph = b.finish(b.linear(b.select_rows(x), "lm_head", 96, false), 8);
  for (const char* name : {"embed_tokens", "lm_head"}) EXPECT_TRUE(declared(graph, name).fine) << name;
  for (const char* name : {"q", "k", "v", "o"}) EXPECT_FALSE(declared(graph, name).fine) << name;
}

// A graph that takes the rows of another, and one that hands rows over.
TEST(Builder, GraphsHandRowsToOneAnother) {
  Builder b("draft");
  const ValueId x = b.linear(b.concatenate({b.embedding("embed_tokens", 96, 32), b.input(32)}), "fc", 32);
  b.hand_over(x);
  const Graph graph = b.finish(b.linear(b.select_rows(x), "lm_head", 96), 8);
  EXPECT_EQ(to_string(graph),
            "graph draft context 8\n"
            "%0 [T, 32] = embedding() table=embed_tokens[96, 32] scale=1\n"
            "%1 [T, 32] = input()\n"
            "%2 [T, 64] = concatenate(%0, %1)\n"
            "%3 [T, 32] = linear(%2) weight=fc[32, 64]\n"
            "%4 [S, 32] = select_rows(%3)\n"
            "%5 [S, 96] = linear(%4) weight=lm_head[96, 32]\n"
            "hand over %3\n"
            "return %5\n");
  const MemoryPlan plan = plan_memory(graph);
  EXPECT_NE(plan.offsets[3], plan.offsets[4]) << "stays when all have read it";

  Graph wanted = graph;
  wanted.handed = ValueId{4};
  EXPECT_THROW(validate(wanted), Error) << "of wanted rows";
  Graph unknown = graph;
  unknown.handed = ValueId{6};
  EXPECT_THROW(validate(unknown), Error);
  Graph twice = graph;
  append(twice.values, {"input", 32, Rows::tokens});
  twice.nodes.push_back({Input{}, {}, {ValueId{6}}});
  EXPECT_THROW(validate(twice), Error) << "a batch brings rows for one";
}

// What is handed over is kept as it is, although nothing in the graph would need it so.
TEST(Builder, PassesLeaveWhatIsHandedOver) {
  Builder b("model");
  const ValueId x = b.rms_norm(b.embedding("embed_tokens", 96, 32), "norm", 1e-6f);
  b.hand_over(x);
  Graph graph = b.finish(b.linear(b.select_rows(x), "lm_head", 96), 8);
  optimize(graph);
  EXPECT_TRUE(std::holds_alternative<RmsNorm>(graph.nodes[1].operation));
  EXPECT_EQ(graph.handed, graph.nodes[1].outputs[0]);
}

}  // namespace
}  // namespace gerbil::graph
