// Projections and embeddings. A projection has three kernels: for one row, for a few rows, and, after a dispatch that
// prepares the inputs, for many.
#include <format>

#include "backends/webgpu/operations.hpp"
#include "gerbil/error.hpp"
#include "graph/names.hpp"

namespace gerbil::webgpu {
namespace {

// Rows of activations that share a weight once it is loaded, when several are decoded together.
constexpr std::int64_t shared_tokens = 4;
constexpr std::int64_t prepare_threads = 128;

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

class LinearMaker {
 public:
  LinearMaker(Machine& m, const graph::Node& node, const graph::Linear& linear, const Matrix& matrix)
      : m_(m), node_(node), linear_(linear), matrix_(matrix) {
    constants_ = {{"COLUMNS", m.width(node.outputs[0])},
                  {"INPUT_UNITS", matrix.columns / 4},
                  {"EPSILON", linear.epsilon},
                  {constant_name(name_of(linear.activation)), std::int64_t{1}},
                  {"GATED", std::int64_t{linear.gated}},
                  {"NORM", std::int64_t{linear.norm.has_value()}},
                  {"BIAS", std::int64_t{linear.bias.has_value()}},
                  {"RESIDUAL", std::int64_t{node.inputs.size() > 1}}};
    if (linear.softcap != 0.0f) constants_["SOFTCAP"] = linear.softcap;
  }

  Operation run() {
    if (matrix_.columns % 4 != 0)
      throw Error(ErrorCode::unsupported,
                  std::format("A projection has {} inputs; on a GPU gerbil supports multiples of "
                              "4. Use the CPU.",
                              matrix_.columns));
    operation_.work = 2 * matrix_.rows * matrix_.columns;
    const bool many = m_.graph.value(node_.outputs[0]).rows == graph::Rows::tokens;
    if (many) add_prepare();
    for (const MatrixPart& part : matrix_.parts) {
      add_vector(part, one_row, 1);
      add_vector(part, few_rows, shared_tokens);
      add_vector(part, several_rows, shared_tokens);
      if (many) add_matrix(part);
    }
    return std::move(operation_);
  }

 private:
  Constants constants(const MatrixPart& part) const {
    Constants all = layout_constants(matrix_, part);
    all.insert(constants_.begin(), constants_.end());
    const std::int64_t packed_a_column = linear_.gated ? 2 : 1;
    all["BEGIN"] = part.begin / packed_a_column;
    all["PART_COLUMNS"] = part.rows / packed_a_column;
    return all;
  }

  std::vector<gpu::Binding> bindings(const MatrixPart& part) const {
    std::vector<gpu::Binding> all{{1, part.elements}, {4, m_.value(node_.outputs[0])}};
    if (part.parameters) all.push_back({2, part.parameters});
    if (linear_.bias) all.push_back({5, m_.vector(*linear_.bias)});
    if (node_.inputs.size() > 1) all.push_back({6, m_.value(node_.inputs[1])});
    return all;
  }

  void add_prepare() {
    Constants all{{"INPUTS", matrix_.columns},
                  {"PADDED_INPUTS", matrix_.packed_columns},
                  {"EPSILON", linear_.epsilon},
                  {"F16", std::int64_t{m_.tools.f16}},
                  {"NORM", std::int64_t{linear_.norm.has_value()}},
                  {"PERMUTED", std::int64_t{static_cast<bool>(matrix_.permutation)}}};
    std::vector<gpu::Binding> all_bindings{{0, m_.value(node_.inputs[0])}, {1, m_.prepared}, {2, m_.factors}};
    if (linear_.norm) all_bindings.push_back({3, m_.vector(*linear_.norm)});
    if (matrix_.permutation) all_bindings.push_back({4, matrix_.permutation});
    operation_.dispatches.push_back({.kernel = m_.kernel("linear_prepare", std::move(all), prepare_threads),
                                     .bindings = std::move(all_bindings),
                                     .ways = many_rows});
  }

  void add_vector(const MatrixPart& part, Way way, std::int64_t tokens) {
    const bool subgroups = m_.tools.subgroup_size != 0;
    // With subgroups each is a team of its own; without, the whole workgroup is one.
    const std::int64_t threads = subgroups ? 4 * m_.tools.subgroup_size : 64;
    const std::int64_t teams = subgroups ? 4 : 1;
    // More rows a team read the inputs less often, which is most of what several sequences read; fewer keep more of a
    // large GPU busy. Measured on an H200 with the shape of Qwen3-0.6B at 4 bits: 64 sequences decode 2.3 times as many
    // tokens with 8 rows as with those of one sequence, 8 sequences 1.4 times as many with 4.
    const std::int64_t alone = matrix_.rows >= 16384 ? 4 : linear_.gated || matrix_.rows >= 4096 ? 2 : 1;
    const std::int64_t rows = way == several_rows ? 8 : way == few_rows ? 4 : alone;
    Constants all = constants(part);
    all["ROWS"] = rows;
    all["TOKENS"] = tokens;
    all["SUMS"] = rows * tokens + tokens;
    std::vector<gpu::Binding> all_bindings = bindings(part);
    all_bindings.push_back({0, m_.value(node_.inputs[0])});
    if (linear_.norm) all_bindings.push_back({3, m_.vector(*linear_.norm)});
    if (matrix_.permutation) all_bindings.push_back({7, matrix_.permutation});
    operation_.dispatches.push_back({.kernel = m_.kernel("linear_gemv", std::move(all), threads),
                                     .bindings = std::move(all_bindings),
                                     .groups = divide_up(part.rows, teams * rows),
                                     .rows_per_group = tokens,
                                     .ways = way,
                                     .folds = true});
  }

  void add_matrix(const MatrixPart& part) {
    const gpu::MatrixShape& shape = m_.tools.matrix;
    Constants all = constants(part);
    all["F16"] = std::int64_t{m_.tools.f16};
    all["FOUR"] = std::int64_t{4};
    std::vector<gpu::Binding> all_bindings = bindings(part);
    all_bindings.push_back({0, m_.prepared});
    all_bindings.push_back({3, m_.factors});
    Dispatch dispatch{
        .bindings = std::move(all_bindings), .groups = divide_up(part.rows, 64), .ways = many_rows, .folds = true};
    if (shape.m != 0) {
      all["MATRIX"] = std::int64_t{1};
      all["MATRIX_M"] = std::int64_t{shape.m};
      all["MATRIX_N"] = std::int64_t{shape.n};
      all["MATRIX_K"] = std::int64_t{shape.k};
      all["TILES_M"] = std::int64_t{32 / shape.m};
      all["TILES_N"] = std::int64_t{32 / shape.n};
      all["TILES_K"] = std::int64_t{32 / shape.k};
      all["ITEMS"] = 256 / (4 * m_.tools.subgroup_size);
      dispatch.kernel = m_.kernel("linear_matrix", std::move(all), 4 * m_.tools.subgroup_size);
      dispatch.rows_per_group = 64;
    } else {
      dispatch.kernel = m_.kernel("linear_tiled", std::move(all), 128);
      dispatch.rows_per_group = 32;
    }
    operation_.dispatches.push_back(std::move(dispatch));
  }

  Machine& m_;
  const graph::Node& node_;
  const graph::Linear& linear_;
  const Matrix& matrix_;
  Constants constants_;
  Operation operation_;
};

}  // namespace

Operation make_linear(Machine& m, const graph::Node& node, const graph::Linear& linear, const Matrix& matrix) {
  return LinearMaker(m, node, linear, matrix).run();
}

Operation make_embedding(Machine& m, const graph::Node& node, const graph::Embedding& embedding, const Matrix& table) {
  constexpr std::int64_t threads = 64;
  const std::int64_t columns = m.width(node.outputs[0]);
  Operation operation{.work = columns};
  for (const MatrixPart& part : table.parts) {
    Constants constants = layout_constants(table, part);
    constants["COLUMNS"] = columns;
    constants["BEGIN"] = part.begin;
    constants["SCALE"] = embedding.scale;
    constants["OFFSET"] = std::int64_t{embedding.offset};
    if (embedding.index == graph::Index::position) constants["POSITIONS"] = std::int64_t{1};
    if (embedding.index == graph::Index::type) constants["TYPES"] = std::int64_t{1};
    if (embedding.index == graph::Index::ordinal) constants["ORDINALS"] = std::int64_t{1};
    if (embedding.index == graph::Index::task) constants["TASKS"] = std::int64_t{1};
    std::vector<gpu::Binding> bindings{{0, m.step}, {1, part.elements}, {3, m.value(node.outputs[0])}};
    if (embedding.index == graph::Index::token) {
      constants["TOKENS"] = std::int64_t{1};
      bindings.push_back({6, m.chosen});
    }
    if (!node.inputs.empty()) {
      constants["RESIDUAL"] = std::int64_t{1};
      bindings.push_back({5, m.value(node.inputs[0])});
    }
    if (part.parameters) bindings.push_back({2, part.parameters});
    if (table.permutation) bindings.push_back({4, table.permutation});
    operation.dispatches.push_back({.kernel = m.kernel("embedding", std::move(constants), threads),
                                    .bindings = std::move(bindings),
                                    .groups = divide_up(divide_up(columns, 8), threads)});
  }
  return operation;
}

}  // namespace gerbil::webgpu
