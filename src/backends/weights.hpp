// Which weights the nodes of a graph read, and how they are read, the same for every backend.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "backends/backend.hpp"
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

// Gives `take` those of the graph's weights that are missing (by WeightId), one after the other, vectors first: what
// an operation needs beside its matrix is then there. All are described before the first is read, so that `progress`
// knows how much there is; tables that stay on the host count nothing.
void read_weights(const graph::Graph& graph, const std::vector<bool>& missing, const WeightSource& source,
                  const Progress& progress, const std::function<void(std::size_t id, formats::Weight weight)>& take);

// The numbers of a norm or a bias, plus what the declaration adds. Throws Error{unsupported} when it is stored
// quantised.
std::vector<float> read_vector(const formats::Weight& weight, const graph::WeightDeclaration& declaration);

}  // namespace gerbil
