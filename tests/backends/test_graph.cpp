#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "backends/reference.hpp"
#include "base/float16.hpp"

namespace gerbil::test {
namespace {

float round_to(DType dtype, float value) {
  if (dtype == DType::f16) return f16_to_f32(f32_to_f16(value));
  if (dtype == DType::bf16) return bf16_to_f32(f32_to_bf16(value));
  return value;
}

}  // namespace

std::uint32_t Random::bits() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return state_;
}

graph::WeightId TestGraph::declare(std::int64_t rows, std::int64_t columns, bool vector, formats::Weight weight,
                                   std::vector<float> dense) {
  const std::string name = "w" + std::to_string(weights_.size());
  weights_.push_back(std::move(weight));
  dense_.push_back(std::move(dense));
  return append(graph.weights, {{name}, {rows}, rows, columns, vector});
}

graph::WeightId TestGraph::matrix(std::int64_t rows, std::int64_t columns, Form form, float scale) {
  Random random(static_cast<std::uint32_t>(weights_.size() + 17));
  std::vector<float> dense(static_cast<std::size_t>(rows * columns));
  if (form.bits == 0) {
    for (float& v : dense) v = round_to(form.dtype, scale * random.uniform());
    formats::Dense d{form.dtype, [dense, columns](std::int64_t row, std::int64_t count, float* out) {
                       std::copy_n(dense.begin() + row * columns, count * columns, out);
                     }};
    return declare(rows, columns, false, {"dense", rows, columns, d}, dense);
  }
  formats::Coded coded{.bits = form.bits, .group = form.group, .zero = form.zero.value_or(0), .table = form.table};
  coded.biased = !form.zero && form.table.empty();
  coded.outer = form.outer;
  formats::CodedRows stored(coded, columns, rows);
  const std::uint32_t mask = (1u << form.bits) - 1;
  for (auto& code : stored.codes) code = static_cast<std::uint8_t>(random.bits() >> 9 & mask);
  const float largest = form.table.empty() ? static_cast<float>(mask) : std::ranges::max(form.table);
  const std::int64_t groups = columns / form.group;
  const auto whole = [&] { return static_cast<float>(random.bits() >> 9 & 63) - 20.0f; };
  for (std::size_t i = 0; i < stored.scales.size(); ++i) {
    stored.scales[i] = form.outer ? whole() : round_to(form.dtype, scale * (1.5f + random.uniform()) / largest);
    if (!coded.biased) continue;
    stored.biases[i] = form.outer ? whole() : round_to(form.dtype, scale * (random.uniform() * 0.2f - 0.7f));
  }
  for (float& v : stored.outer_scales) v = round_to(form.dtype, scale * (1.5f + random.uniform()) / largest / 40.0f);
  for (float& v : stored.outer_biases) v = round_to(form.dtype, scale * (random.uniform() * 0.2f - 0.7f) / 40.0f);
  auto permutation = std::make_shared<std::vector<std::uint32_t>>(static_cast<std::size_t>(columns));
  std::iota(permutation->begin(), permutation->end(), 0u);
  if (form.act_order) {
    for (std::size_t i = permutation->size() - 1; i > 0; --i) {
      std::swap((*permutation)[i], (*permutation)[random.bits() % (i + 1)]);
    }
    coded.permutation = permutation;
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t i = 0; i < columns; ++i) {
      const float level = coded.level(stored.codes[static_cast<std::size_t>(row * columns + i)]);
      dense[static_cast<std::size_t>(row * columns + (*permutation)[static_cast<std::size_t>(i)])] =
          stored.scale(row, i / form.group) * level + stored.bias(row, i / form.group);
    }
  }
  const auto outers = form.outer == 0 ? 0 : columns / form.outer;
  coded.read = [=](std::int64_t row, std::int64_t count, const formats::CodedSpan& out) {
    const auto copy = [&](const auto& from, std::int64_t width, auto* to) {
      if (!from.empty()) std::copy_n(from.begin() + row * width, count * width, to);
    };
    copy(stored.codes, columns, out.codes);
    copy(stored.scales, groups, out.scales);
    copy(stored.biases, groups, out.biases);
    copy(stored.outer_scales, outers, out.outer_scales);
    copy(stored.outer_biases, outers, out.outer_biases);
  };
  return declare(rows, columns, false, {"coded", rows, columns, coded}, dense);
}

graph::WeightId TestGraph::vector(std::int64_t size) {
  const graph::WeightId id = matrix(1, size, {});
  graph.weights.back().vector = true;
  return id;
}

graph::ValueId TestGraph::node(graph::Operation operation, std::vector<graph::ValueId> inputs, std::int32_t width,
                               graph::Rows rows) {
  const graph::ValueId id = append(graph.values, {"v" + std::to_string(graph.values.size()), width, rows});
  graph.nodes.push_back({std::move(operation), std::move(inputs), {id}});
  return id;
}

void TestGraph::sink(graph::Operation operation, std::vector<graph::ValueId> inputs) {
  graph.nodes.push_back({std::move(operation), std::move(inputs), {}});
}

graph::ValueId TestGraph::input(std::int32_t width, std::int64_t vocabulary) {
  return node(graph::Embedding{matrix(vocabulary, width, {}), 1.0f}, {}, width);
}

void TestGraph::finish(graph::ValueId value) {
  graph.output = node(graph::SelectRows{}, {value}, graph.value(value).width, graph::Rows::outputs);
}

WeightSource TestGraph::source() const {
  return [this](const graph::WeightDeclaration& declaration) {
    return weights_[static_cast<std::size_t>(std::stoi(declaration.parts[0].substr(1)))];
  };
}

TestBatch::TestBatch(const std::vector<Part>& parts, const std::vector<std::vector<std::int32_t>>& pages,
                     const std::vector<bool>& long_rope) {
  std::vector<std::vector<std::vector<std::int32_t>>> tables;
  constexpr std::int32_t last_block = 7;
  for (const std::vector<std::int32_t>& table : pages) {
    std::vector<std::int32_t> other;
    for (const std::int32_t block : table) other.push_back(last_block - block);
    tables.push_back({table, other});
  }
  blocks = std::make_shared<decltype(tables)>(std::move(tables));
  for (const Part& part : parts) {
    const auto view = static_cast<std::int32_t>(views.size());
    const auto length = part.first + static_cast<std::int32_t>(part.tokens.size());
    const auto sequence = static_cast<std::size_t>(part.sequence);
    views.push_back({.blocks = (*blocks)[sequence],
                     .length = length,
                     .long_rope = sequence < long_rope.size() && long_rope[sequence],
                     .phase = part.phase.value_or(part.tokens.size() == 1 ? Phase::decode : Phase::prompt),
                     .slot = 2 * part.sequence + 1});
    for (std::size_t i = 0; i < part.tokens.size(); ++i) {
      outputs.push_back(static_cast<std::int32_t>(tokens.size()));
      tokens.push_back(part.tokens[i]);
      positions.push_back(part.first + static_cast<std::int32_t>(i));
      sequences.push_back(view);
      types.push_back(static_cast<std::int32_t>(i % 2));
      ordinals.push_back(static_cast<std::int32_t>(i % 3 == 1 ? 0 : i + 1));
    }
  }
}

Batch TestBatch::batch() const { return {tokens, positions, sequences, types, ordinals, task, views, outputs}; }

StepResult run(Program& program, const TestBatch& batch) {
  std::vector<std::int32_t> all(batch.outputs.size());
  std::iota(all.begin(), all.end(), 0);
  const Batch step = batch.batch();
  program.begin(step);
  program.choose({std::span(all).first(batch.sampling.size()), batch.sampling, all});
  return program.finish();
}

void build_layer(TestGraph& g, Form form) {
  using namespace graph;
  constexpr std::int32_t width = 64, heads = 4, kv_heads = 2, head_dim = 32, hidden = 96;
  const PagesId pages = append(g.graph.pages, {kv_heads, head_dim, 40});
  RopeTable table;
  for (int i = 0; i < head_dim / 2; ++i)
    table.inverse_frequencies.push_back(std::pow(100.0f, -static_cast<float>(i) / 16));
  const RopeId rope = append(g.graph.ropes, std::move(table));
  const auto linear = [&](ValueId x, std::int32_t rows, Linear op, std::optional<ValueId> residual = {}) {
    const std::int32_t columns = g.graph.value(x).width;
    op.weight = g.matrix(op.gated ? 2 * rows : rows, columns, form, 0.2f);
    op.epsilon = 1e-6f;
    std::vector<ValueId> inputs{x};
    if (residual) inputs.push_back(*residual);
    return g.node(op, inputs, rows);
  };
  const ValueId x = g.input(width);
  const ValueId qkv = linear(x, (heads + 2 * kv_heads) * head_dim, {.norm = g.vector(width)});
  AttentionInput input{.pages = pages, .heads = heads};
  input.query_norm = g.vector(head_dim);
  input.key_norm = g.vector(head_dim);
  input.epsilon = 1e-6f;
  input.rope = rope;
  const ValueId q = g.node(input, {qkv}, heads * head_dim);
  const ValueId attended = g.node(Attend{pages, heads, 0.2f}, {q}, heads * head_dim);
  const ValueId h = linear(attended, width, {}, x);
  const ValueId mlp = linear(h, hidden, {.activation = Activation::silu, .gated = true, .norm = g.vector(width)});
  g.finish(linear(mlp, width, {}, h));
}

std::vector<std::int32_t> random_tokens(std::int32_t count, std::uint32_t seed) {
  Random random(seed);
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < count; ++i) ids.push_back(static_cast<std::int32_t>(random.bits() >> 8) % 64);
  return ids;
}

double normalised_error(const std::vector<float>& a, const std::vector<double>& b) {
  if (a.size() != b.size() || a.empty()) return std::numeric_limits<double>::infinity();
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    error += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  const double ratio = std::sqrt(error / size);
  return std::isnan(ratio) ? std::numeric_limits<double>::infinity() : ratio;
}

}  // namespace gerbil::test
