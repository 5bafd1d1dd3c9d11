#include "backends/reference.hpp"

#include <algorithm>
#include <cmath>

namespace gerbil::test {
namespace {

using Matrix = std::vector<double>;

void normalise(double* x, std::size_t count, const std::vector<float>& weight, double epsilon) {
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) squares += x[i] * x[i];
  const double factor = 1 / std::sqrt(squares / static_cast<double>(count) + epsilon);
  for (std::size_t i = 0; i < count; ++i) x[i] *= factor * weight[i];
}

void layer_normalise(double* x, std::size_t count, const std::vector<float>& weight, const float* bias,
                     double epsilon) {
  double mean = 0;
  for (std::size_t i = 0; i < count; ++i) mean += x[i] / static_cast<double>(count);
  double variance = 0;
  for (std::size_t i = 0; i < count; ++i) variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = (x[i] - mean) / std::sqrt(variance + epsilon) * weight[i] + (bias == nullptr ? 0 : bias[i]);
  }
}

// One column of the rows at x, `stride` apart, from `skipped` to `count`.
double pool(graph::Pooling mode, const double* x, std::size_t skipped, std::size_t count, std::size_t stride) {
  if (skipped >= count) return mode == graph::Pooling::first ? x[0] : 0;
  if (mode == graph::Pooling::first) return x[skipped * stride];
  if (mode == graph::Pooling::last) return x[(count - 1) * stride];
  double largest = x[skipped * stride];
  double sum = 0;
  double weighted = 0;
  double weights = 0;
  for (std::size_t i = skipped; i < count; ++i) {
    largest = std::max(largest, x[i * stride]);
    sum += x[i * stride];
    weighted += static_cast<double>(i + 1) * x[i * stride];
    weights += static_cast<double>(i + 1);
  }
  if (mode == graph::Pooling::max) return largest;
  if (mode == graph::Pooling::weighted_mean) return weighted / weights;
  const auto n = static_cast<double>(count - skipped);
  return mode == graph::Pooling::mean ? sum / n : sum / std::sqrt(n);
}

void rotate(double* x, const graph::RopeTable& table, bool use_long, std::int32_t position) {
  const auto& frequencies = use_long ? table.long_inverse_frequencies : table.inverse_frequencies;
  const double scale = use_long ? table.long_scale : table.scale;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double angle = static_cast<float>(position) * frequencies[i];
    const double a = x[i];
    const double b = x[i + frequencies.size()];
    x[i] = scale * (a * std::cos(angle) - b * std::sin(angle));
    x[i + frequencies.size()] = scale * (b * std::cos(angle) + a * std::sin(angle));
  }
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

// Token by token, as the definition has it.
void Reference::delta_net(const graph::DeltaNet& op, const TestBatch& batch, const Matrix& x, Matrix& y) {
  const auto channels = static_cast<std::size_t>(op.channels());
  const auto taps = static_cast<std::size_t>(op.taps);
  const auto key_dim = static_cast<std::size_t>(op.key_dim);
  const auto value_dim = static_cast<std::size_t>(op.value_dim);
  const auto value_heads = static_cast<std::size_t>(op.value_heads);
  const auto group = static_cast<std::size_t>(op.value_heads / op.key_heads);
  const std::size_t keys = channels - value_heads * value_dim;
  for (std::size_t t = 0; t < batch.tokens.size(); ++t) {
    const double* row = &x[t * static_cast<std::size_t>(op.columns())];
    Matrix& state = states_[{op.slot, batch.views[static_cast<std::size_t>(batch.sequences[t])].slot}];
    if (batch.positions[t] == 0) state.assign(static_cast<std::size_t>(op.slot_elements()), 0.0);
    const auto p = static_cast<std::size_t>(batch.positions[t]);
    std::copy_n(row, channels, state.begin() + static_cast<std::ptrdiff_t>(p % taps * channels));
    Matrix mixed(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t back = 0; back < taps && back <= p; ++back) {
        mixed[c] += state[(p - back) % taps * channels + c] * graph_.dense(op.convolution)[(c + 1) * taps - 1 - back];
      }
      mixed[c] *= sigmoid(mixed[c]);
    }
    for (std::size_t head = 0; head < keys; head += key_dim) {
      double squares = 1e-6;
      for (std::size_t i = 0; i < key_dim; ++i) squares += mixed[head + i] * mixed[head + i];
      const double scale = head < keys / 2 ? 1 / std::sqrt(static_cast<double>(key_dim)) : 1;
      for (std::size_t i = 0; i < key_dim; ++i) mixed[head + i] *= scale / std::sqrt(squares);
    }
    for (std::size_t head = 0; head < value_heads; ++head) {
      const double* z = row + channels + head * value_dim;
      const double beta = sigmoid(row[channels + value_heads * value_dim + head]);
      const double a = row[channels + value_heads * (value_dim + 1) + head] + graph_.dense(op.time_bias)[head];
      const double decay = std::exp(-std::exp(graph_.dense(op.decay)[head]) * std::log1p(std::exp(a)));
      const double* q = &mixed[head / group * key_dim];
      const double* k = q + keys / 2;
      double* s = &state[taps * channels + head * key_dim * value_dim];
      double* out = &y[(t * value_heads + head) * value_dim];
      for (std::size_t c = 0; c < value_dim; ++c) {
        double known = 0;
        for (std::size_t i = 0; i < key_dim; ++i) known += decay * s[i * value_dim + c] * k[i];
        const double delta = beta * (mixed[keys + head * value_dim + c] - known);
        for (std::size_t i = 0; i < key_dim; ++i) {
          s[i * value_dim + c] = decay * s[i * value_dim + c] + k[i] * delta;
          out[c] += s[i * value_dim + c] * q[i];
        }
      }
      normalise(out, value_dim, graph_.dense(op.norm), op.epsilon);
      for (std::size_t c = 0; c < value_dim; ++c) out[c] *= z[c] * sigmoid(z[c]);
    }
  }
}

std::vector<double> Reference::step(const TestBatch& b) {
  const graph::Graph& g = graph_.graph;
  std::vector<Matrix> values(g.values.size());
  const auto width = [&](graph::ValueId id) { return static_cast<std::size_t>(g.value(id).width); };
  const auto slot = [&](std::size_t token, std::int32_t position) {
    const SequenceView& view = b.views[static_cast<std::size_t>(b.sequences[token])];
    return view.blocks.front()[static_cast<std::size_t>(position / kv_block_tokens)] * kv_block_tokens +
           position % kv_block_tokens;
  };
  const auto rotate_head = [&](double* x, graph::RopeId rope, std::size_t token) {
    const graph::RopeTable& table = g.rope(rope);
    const bool use_long =
        b.views[static_cast<std::size_t>(b.sequences[token])].long_rope && !table.long_inverse_frequencies.empty();
    rotate(x, table, use_long, b.positions[token]);
  };

  for (const graph::Node& node : g.nodes) {
    const Matrix none;
    const Matrix& x = node.inputs.empty() ? none : at(values, node.inputs[0]);
    const std::size_t in = node.inputs.empty() ? 0 : width(node.inputs[0]);
    const std::size_t n = node.outputs.empty() ? 0 : width(node.outputs[0]);
    const bool wanted = !node.outputs.empty() && g.value(node.outputs[0]).rows == graph::Rows::outputs;
    const std::size_t rows = wanted ? b.outputs.size() : b.tokens.size();
    Matrix y(rows * n);
    const auto second = [&](std::size_t i) { return at(values, node.inputs[1])[i]; };
    if (const auto* op = std::get_if<graph::Embedding>(&node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) {
        const std::int32_t index = op->index == graph::Index::token      ? b.tokens[i / n]
                                   : op->index == graph::Index::position ? b.positions[i / n]
                                   : op->index == graph::Index::ordinal  ? b.ordinals[i / n]
                                   : op->index == graph::Index::task     ? b.task
                                   : b.types.empty()                     ? 0
                                                                         : b.types[i / n];
        const auto row = static_cast<std::size_t>(index + op->offset);
        y[i] = static_cast<double>(op->scale) * graph_.dense(op->table)[row * n + i % n];
        if (!x.empty()) y[i] += x[i];
      }
    } else if (const auto* host = std::get_if<graph::HostEmbedding>(&node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) {
        const auto row = static_cast<std::size_t>(b.tokens[i / n]);
        y[i] = static_cast<double>(host->scale) * graph_.dense(host->table)[row * n + i % n];
      }
    } else if (const auto* linear = std::get_if<graph::Linear>(&node.operation)) {
      const auto& w = graph_.dense(linear->weight);
      for (std::size_t t = 0; t < rows; ++t) {
        Matrix row(x.begin() + static_cast<std::ptrdiff_t>(t * in),
                   x.begin() + static_cast<std::ptrdiff_t>((t + 1) * in));
        if (linear->norm) normalise(row.data(), in, graph_.dense(*linear->norm), linear->epsilon);
        const auto product = [&](std::size_t r) {
          double sum = linear->bias ? graph_.dense(*linear->bias)[r] : 0;
          for (std::size_t i = 0; i < in; ++i) sum += row[i] * w[r * in + i];
          return sum;
        };
        for (std::size_t r = 0; r < n; ++r) {
          double v = activate(linear->activation, product(r));
          if (linear->gated) v *= product(r + n);
          if (linear->softcap != 0) v = linear->softcap * std::tanh(v / linear->softcap);
          if (node.inputs.size() > 1) v += second(t * n + r);
          y[t * n + r] = v;
        }
      }
    } else if (const auto* norm = std::get_if<graph::RmsNorm>(&node.operation)) {
      y = x;
      const auto size = static_cast<std::size_t>(norm->width);
      for (std::size_t i = 0; i < y.size(); i += size)
        normalise(&y[i], size, graph_.dense(norm->weight), norm->epsilon);
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (node.inputs.size() > 1) y[i] += second(i);
        if (norm->factor) y[i] *= graph_.dense(*norm->factor)[0];
      }
    } else if (const auto* layer = std::get_if<graph::LayerNorm>(&node.operation)) {
      y = x;
      const float* bias = layer->bias ? graph_.dense(*layer->bias).data() : nullptr;
      for (std::size_t i = 0; i < y.size(); i += n) {
        layer_normalise(&y[i], n, graph_.dense(layer->weight), bias, layer->epsilon);
      }
    } else if (std::holds_alternative<graph::Add>(node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i] + second(i);
    } else if (std::holds_alternative<graph::Multiply>(node.operation)) {
      const std::size_t factors = width(node.inputs[1]);
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i] * second(i / n * factors + i % n / (n / factors));
    } else if (const auto* scale = std::get_if<graph::Scale>(&node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i] * graph_.dense(scale->factor)[0];
    } else if (const auto* softmax = std::get_if<graph::TopSoftmax>(&node.operation)) {
      for (std::size_t row = 0; row < y.size(); row += n) {
        double total = 0;
        for (std::size_t i = 0; i < n; ++i) total += std::exp(x[row + i]);
        for (std::size_t i = 0; i < n; ++i) {
          const auto larger = std::count_if(&x[row], &x[row] + n, [&](double other) { return other > x[row + i]; });
          y[row + i] = larger < softmax->count ? std::exp(x[row + i]) / total : 0;
        }
      }
    } else if (const auto* act = std::get_if<graph::Activate>(&node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = activate(act->activation, x[i]);
    } else if (const auto* slice = std::get_if<graph::Slice>(&node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[i / n * in + static_cast<std::size_t>(slice->begin) + i % n];
    } else if (const auto* gate = std::get_if<graph::Gate>(&node.operation)) {
      const std::size_t columns = width(node.inputs[1]);
      for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] =
            x[i] * activate(gate->activation, second(i / n * columns + static_cast<std::size_t>(gate->begin) + i % n));
      }
    } else if (std::holds_alternative<graph::Concatenate>(node.operation)) {
      std::size_t begin = 0;
      for (const graph::ValueId input : node.inputs) {
        for (std::size_t i = 0; i < rows * width(input); ++i) {
          y[i / width(input) * n + begin + i % width(input)] = at(values, input)[i];
        }
        begin += width(input);
      }
    } else if (const auto* delta = std::get_if<graph::DeltaNet>(&node.operation)) {
      delta_net(*delta, b, x, y);
    } else if (const auto* rope = std::get_if<graph::Rope>(&node.operation)) {
      y = x;
      const auto head = static_cast<std::size_t>(rope->head_dim);
      for (std::size_t i = 0; i < y.size(); i += head) rotate_head(&y[i], rope->rope, i / n);
    } else if (std::holds_alternative<graph::SelectRows>(node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[static_cast<std::size_t>(b.outputs[i / n]) * n + i % n];
    } else if (const auto* pooling = std::get_if<graph::Pool>(&node.operation)) {
      for (std::size_t i = 0; i < y.size(); ++i) {
        const auto last = static_cast<std::size_t>(b.outputs[i / n]);
        const auto count = static_cast<std::size_t>(b.positions[last]) + 1;
        const auto sequence = static_cast<std::size_t>(b.sequences[last]);
        const auto skipped = static_cast<std::size_t>(b.views[sequence].skipped);
        y[i] = pool(pooling->modes[i % n / in], &x[(last + 1 - count) * in + i % in], skipped, count, in);
      }
    } else if (const auto* write = std::get_if<graph::Write>(&node.operation)) {
      for (std::size_t t = 0; t < b.tokens.size(); ++t) {
        const std::pair place{write->pages, slot(t, b.positions[t])};
        const Matrix& v = at(values, node.inputs[1]);
        const auto row = static_cast<std::ptrdiff_t>(t * in);
        keys_[place].assign(x.begin() + row, x.begin() + row + static_cast<std::ptrdiff_t>(in));
        values_[place].assign(v.begin() + row, v.begin() + row + static_cast<std::ptrdiff_t>(in));
      }
    } else if (const auto* input = std::get_if<graph::AttentionInput>(&node.operation)) {
      const graph::Pages& pages = at(g.pages, input->pages);
      const auto dim = static_cast<std::size_t>(pages.head_dim);
      const auto kv = input->queries_only ? 0 : static_cast<std::size_t>(pages.kv_heads) * dim;
      for (std::size_t t = 0; t < b.tokens.size(); ++t) {
        Matrix row(x.begin() + static_cast<std::ptrdiff_t>(t * in),
                   x.begin() + static_cast<std::ptrdiff_t>((t + 1) * in));
        if (input->keys_are_values)
          row.append_range(std::vector(row.end() - static_cast<std::ptrdiff_t>(kv), row.end()));
        for (std::size_t i = 0; i < n + kv; i += dim) {
          const std::optional<graph::WeightId> weight = i < n ? input->query_norm : input->key_norm;
          if (weight) normalise(&row[i], dim, graph_.dense(*weight), input->epsilon);
          if (input->rope) rotate_head(&row[i], *input->rope, t);
        }
        for (std::size_t i = n + kv; i < n + 2 * kv && input->value_norm; i += dim) {
          normalise(&row[i], dim, std::vector(dim, 1.0f), input->epsilon);
        }
        const std::pair place{input->pages, slot(t, b.positions[t])};
        std::copy_n(row.begin(), n, y.begin() + static_cast<std::ptrdiff_t>(t * n));
        if (input->queries_only) continue;
        const auto k = row.begin() + static_cast<std::ptrdiff_t>(n);
        keys_[place].assign(k, k + static_cast<std::ptrdiff_t>(kv));
        values_[place].assign(k + static_cast<std::ptrdiff_t>(kv), k + static_cast<std::ptrdiff_t>(2 * kv));
      }
    } else if (const auto* attention = std::get_if<graph::Attend>(&node.operation)) {
      const graph::Pages& pages = at(g.pages, attention->pages);
      const auto dim = static_cast<std::size_t>(pages.head_dim);
      const auto group = static_cast<std::size_t>(attention->heads / pages.kv_heads);
      for (std::size_t i = 0; i < y.size(); i += dim) {
        const std::size_t t = i / n;
        const std::size_t kv = i % n / dim / group * dim;
        const std::int32_t position = b.positions[t];
        const std::int32_t window = pages.window;
        const std::int32_t length = b.views[static_cast<std::size_t>(b.sequences[t])].length;
        const std::int32_t first = window > 0 ? std::max(0, position - window + 1) : 0;
        const std::int32_t last =
            pages.causal ? position : std::min(length, window > 0 ? position + window : length) - 1;
        double total = 0;
        for (std::int32_t p = first; p <= last; ++p) {
          const std::pair place{attention->pages, slot(t, p)};
          double score = 0;
          for (std::size_t d = 0; d < dim; ++d) score += x[i + d] * keys_.at(place)[kv + d];
          const double weight = std::exp(score * attention->scale);
          total += weight;
          for (std::size_t d = 0; d < dim; ++d) y[i + d] += weight * values_.at(place)[kv + d];
        }
        for (std::size_t d = 0; d < dim; ++d) y[i + d] /= total;
      }
    }
    if (!node.outputs.empty()) at(values, node.outputs[0]) = std::move(y);
  }
  return at(values, g.output);
}

}  // namespace gerbil::test
