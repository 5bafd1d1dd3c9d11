// Which weights the nodes of a graph read, the same for every backend.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/weight.hpp"
#include "graph/graph.hpp"

namespace gerbil {

// gated: the two halves of the rows alternate in the packed layout, so that both factors of an output stand together.
enum class RowOrder { plain, gated };

// Which matrix a node reads, and in which order of rows.
struct MatrixUse {
  graph::WeightId weight;
  RowOrder order = RowOrder::plain;
  bool operator==(const MatrixUse&) const = default;
};

// Empty for a node that reads no packed matrix.
std::optional<MatrixUse> matrix_use(const graph::Node& node);

// Every different use of a graph, in the order of its nodes.
std::vector<MatrixUse> matrix_uses(const graph::Graph& graph);

// Arithmetic of the projections, 2 for each multiply-add. Of a node, for one row:
std::int64_t row_operations(const graph::Graph& graph, const graph::Node& node);
// Of a graph, for a decoded token, and for a token of a prompt, whose logits nobody wants:
struct Operations {
  std::int64_t token = 0;
  std::int64_t prompt_token = 0;
};
Operations count_operations(const graph::Graph& graph);

// How much of a stored weight is read to pack it: nothing of a table that stays where it is.
std::int64_t packed_bytes(const graph::WeightDeclaration& declaration, const formats::Weight& weight);

// The numbers of a norm or a bias, plus what the declaration adds. Throws Error{unsupported} when it is stored
// quantised.
std::vector<float> read_vector(const formats::Weight& weight, const graph::WeightDeclaration& declaration);

}  // namespace gerbil
