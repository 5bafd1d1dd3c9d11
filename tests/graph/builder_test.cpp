#include "graph/builder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gerbil::graph {
namespace {

const WeightDeclaration& declared(const Graph& graph, std::string_view name) {
  for (const WeightDeclaration& weight : graph.weights) {
    if (weight.parts.front() == name) return weight;
  }
  throw std::runtime_error("no weight of that name");
}

TEST(Builder, TablesAndTheLastProjectionAreOuterWeights) {
  Builder b("model");
  ValueId x = b.embedding("embed_tokens", 96, 32, 1.0f);
  x = b.linear(x, "inner", 32, false);
  const Graph graph = b.finish(b.linear(b.select_rows(x), "lm_head", 96, false), 8);
  EXPECT_TRUE(declared(graph, "embed_tokens").outer);
  EXPECT_TRUE(declared(graph, "lm_head").outer);
  EXPECT_FALSE(declared(graph, "inner").outer);
}

}  // namespace
}  // namespace gerbil::graph
