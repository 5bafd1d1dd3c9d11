// Projections. One has three kernels: for one row or a few, for the rows of many decoded sequences, and, after a
// dispatch that prepares the inputs, for prompts.
#include <algorithm>
#include <bit>
#include <format>

#include "backends/webgpu/linear_shapes.hpp"
#include "backends/webgpu/operations.hpp"
#include "gerbil/error.hpp"
#include "graph/names.hpp"

namespace gerbil::webgpu {
namespace {

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
      add_vector(part, one_row);
      add_vector(part, few_rows);
      for (const Way way : {several_rows, dozens_of_rows})
        shares_weights() ? add_rows(part, way) : add_vector(part, way);
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

  // Of the kernels that sum as kernels/wgsl/linear_order.wgsl says.
  Constants decoded_constants(const MatrixPart& part, std::int64_t slices) const {
    Constants all = constants(part);
    all["LANES"] = lanes(m_);
    all["SLICES"] = slices;
    return all;
  }

  std::vector<gpu::Binding> decoded_bindings(const MatrixPart& part) const {
    std::vector<gpu::Binding> all = bindings(part);
    all.push_back({0, m_.value(node_.inputs[0])});
    if (linear_.norm) all.push_back({3, m_.vector(*linear_.norm)});
    if (matrix_.permutation) all.push_back({7, matrix_.permutation});
    return all;
  }

  // Whether linear_rows.wgsl takes the weight: a step of it has the scales of one block, so that must fill the step.
  bool shares_weights() const {
    const Constants layout = layout_constants(matrix_, matrix_.parts.front());
    return matrix_.group == 0 || std::get<std::int64_t>(layout.at("SUBS")) >= rows_units;
  }

  void add_vector(const MatrixPart& part, Way way) {
    const VectorShape shape = vector_shape(way, matrix_, linear_.gated);
    const std::int64_t slices = rows_shape(way, matrix_, m_).slices;
    const std::int64_t most = m_.device.capabilities().max_workgroup_threads;
    const std::int64_t teams = m_.tools.subgroup_size != 0 ? std::clamp<std::int64_t>(most / lanes(m_), 1, 4) : 1;
    Constants all = decoded_constants(part, slices);
    all["SLICE_FOLLOWERS"] = lanes(m_) / slices - 1;
    all["SLICE_LEVELS"] = std::int64_t{std::countr_zero(static_cast<std::uint64_t>(slices))};
    all["ROWS"] = shape.rows;
    all["TOKENS"] = shape.tokens;
    all["SUMS"] = shape.rows * shape.tokens + shape.tokens;
    operation_.dispatches.push_back({.kernel = m_.kernel("linear_gemv", std::move(all), teams * lanes(m_)),
                                     .bindings = decoded_bindings(part),
                                     .groups = divide_up(part.rows, teams * shape.rows),
                                     .rows_per_group = shape.tokens,
                                     .ways = way,
                                     .folds = true});
  }

  void add_rows(const MatrixPart& part, Way way) {
    const RowsShape shape = rows_shape(way, matrix_, m_);
    Constants all = decoded_constants(part, shape.slices);
    const std::int64_t subs = std::get<std::int64_t>(all.at("SUBS"));
    const std::int64_t blocks = std::get<std::int64_t>(all.at("BLOCKS"));
    const std::int64_t batch = std::max<std::int64_t>(1, rows_units / subs);
    all["TEAMS"] = shape.teams;
    all["ROW_TILE"] = shape.fours;
    all["TOKEN_TILE"] = shape.tokens;
    all["FOUR"] = std::int64_t{4};
    all["UNITS"] = rows_units;
    all["PIECES"] = divide_up(subs, rows_units);
    all["PIECE_SUBS"] = std::min(subs, rows_units);
    all["BATCH"] = batch;
    const std::int64_t batches = divide_up(blocks, lanes(m_) * batch);
    all["BATCHES"] = batches;
    all["LANE_IS_BLOCK"] = std::int64_t{matrix_.group != 0 && batches == 1};  // saves registers
    all["RAGGED"] = std::int64_t{blocks % (lanes(m_) * batch) != 0 || matrix_.packed_columns != matrix_.columns};
    all["INPUT_ITEMS"] = shape.tokens / shape.teams;
    all["WEIGHT_ITEMS"] = divide_up(batch * shape.fours, 2);
    operation_.dispatches.push_back({.kernel = m_.kernel("linear_rows", std::move(all), shape.threads()),
                                     .bindings = decoded_bindings(part),
                                     .groups = divide_up(part.rows, shape.workgroup_rows()),
                                     .rows_per_group = shape.workgroup_tokens(),
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

}  // namespace gerbil::webgpu
