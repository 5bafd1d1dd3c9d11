// Operations in which every row, or every head of a row, is on its own.
#include <algorithm>
#include <cmath>
#include <span>

#include "backends/cpu/operations.hpp"
#include "backends/cpu/rows.hpp"
#include "kernels/cpu/elementwise.hpp"
#include "kernels/cpu/layer_norm.hpp"
#include "kernels/cpu/rms_norm.hpp"
#include "kernels/cpu/rope.hpp"

namespace gerbil::cpu {
namespace {

template <typename Body>
void for_each_row(Machine& m, graph::ValueId output, const Body& body) {
  for_each_row(m.pool, m.rows(output), body);
}

// What chooses the rows of a table; empty: the same for every token.
std::span<const std::int32_t> indices(const Batch& batch, graph::Index index) {
  switch (index) {
    case graph::Index::position:
      return batch.positions;
    case graph::Index::type:
      return batch.types;
    case graph::Index::ordinal:
      return batch.ordinals;
    case graph::Index::task:
      return {};
    case graph::Index::token:
      break;
  }
  return batch.tokens;
}

}  // namespace

void reserve_scratch(Machine& machine, std::int64_t floats) {
  machine.scratch.resize(static_cast<std::size_t>(machine.pool.size()));
  for (auto& scratch : machine.scratch) {
    if (scratch.size() < static_cast<std::size_t>(floats)) scratch.resize(static_cast<std::size_t>(floats));
  }
}

Operation make_embedding(Machine& machine, const graph::Node& node, const graph::Embedding& embedding,
                         const Matrix& table) {
  reserve_scratch(machine, packed_columns(table));
  const auto residual = node.inputs.empty() ? std::nullopt : std::optional(node.inputs[0]);
  return [out = node.outputs[0], residual, embedding, &table](Machine& m) {
    const std::int64_t width = m.width(out);
    const std::span<const std::int32_t> index = indices(*m.batch, embedding.index);
    const std::int32_t everywhere = embedding.index == graph::Index::task ? m.batch->task : 0;
    for_each_row(m, out, [&](std::int64_t row, std::size_t thread) {
      float* to = m.value(out) + row * width;
      const std::int32_t chosen = index.empty() ? everywhere : index[static_cast<std::size_t>(row)];
      read_row(table, chosen + embedding.offset, m.scratch[thread].data(), to);
      if (embedding.scale != 1.0f) kernels::scale(to, embedding.scale, width, to);
      if (residual) kernels::add(to, m.value(*residual) + row * width, width, to);
    });
  };
}

Operation make_host_embedding(const graph::Node& node, const graph::HostEmbedding& embedding) {
  return [out = node.outputs[0], embedding](Machine& m) {
    const formats::Weight& table = at(m.tables, embedding.table);
    m.pool.run_throwing(m.tokens, [&](std::int64_t row) {
      float* to = m.value(out) + row * table.columns;
      formats::read_dense(table, m.batch->tokens[static_cast<std::size_t>(row)], 1, to);
      kernels::scale(to, embedding.scale, table.columns, to);
    });
  };
}

Operation make_input(const graph::Node& node) {
  return [out = node.outputs[0]](Machine& m) { std::ranges::copy(m.batch->rows, m.value(out)); };
}

Operation make_rms_norm(const graph::Node& node, const graph::RmsNorm& norm) {
  const auto residual = node.inputs.size() > 1 ? std::optional(node.inputs[1]) : std::nullopt;
  return [in = node.inputs[0], residual, out = node.outputs[0], norm](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      float* to = m.value(out) + row * width;
      for (std::int64_t at = row * width; at < (row + 1) * width; at += norm.width) {
        kernels::rms_norm(m.value(in) + at, m.vector(norm.weight), norm.epsilon, norm.width, m.value(out) + at);
      }
      if (residual) kernels::add(to, m.value(*residual) + row * width, width, to);
      if (norm.factor) kernels::scale(to, *m.vector(*norm.factor), width, to);
    });
  };
}

Operation make_layer_norm(const graph::Node& node, const graph::LayerNorm& norm) {
  return [in = node.inputs[0], out = node.outputs[0], norm](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      kernels::layer_norm(m.value(in) + row * width, m.vector(norm.weight), m.vector(norm.bias), norm.epsilon, width,
                          m.value(out) + row * width);
    });
  };
}

Operation make_add(const graph::Node& node) {
  return [a = node.inputs[0], b = node.inputs[1], out = node.outputs[0]](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      kernels::add(m.value(a) + row * width, m.value(b) + row * width, width, m.value(out) + row * width);
    });
  };
}

Operation make_multiply(const graph::Node& node) {
  return [a = node.inputs[0], b = node.inputs[1], out = node.outputs[0]](Machine& m) {
    const std::int64_t width = m.width(out);
    const std::int64_t factors = m.width(b);
    const std::int64_t run = width / factors;
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      const float* from = m.value(a) + row * width;
      const float* by = m.value(b) + row * factors;
      float* to = m.value(out) + row * width;
      if (run == 1) return kernels::multiply(from, by, width, to);
      for (std::int64_t i = 0; i < factors; ++i) kernels::scale(from + i * run, by[i], run, to + i * run);
    });
  };
}

Operation make_scale(const graph::Node& node, const graph::Scale& scale) {
  return [in = node.inputs[0], out = node.outputs[0], factor = scale.factor](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      kernels::scale(m.value(in) + row * width, *m.vector(factor), width, m.value(out) + row * width);
    });
  };
}

Operation make_top_softmax(const graph::Node& node, const graph::TopSoftmax& softmax) {
  return [in = node.inputs[0], out = node.outputs[0], count = softmax.count](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      const std::span x(m.value(in) + row * width, static_cast<std::size_t>(width));
      float* y = m.value(out) + row * width;
      const float largest = std::ranges::max(x);
      float total = 0.0f;
      for (const float value : x) total += std::exp(value - largest);
      std::fill_n(y, width, 0.0f);
      for (std::int32_t chosen = 0; chosen < count; ++chosen) {
        std::int64_t best = -1;
        for (std::int64_t i = 0; i < width; ++i) {
          if (y[i] == 0.0f && (best < 0 || x[static_cast<std::size_t>(i)] > x[static_cast<std::size_t>(best)]))
            best = i;
        }
        y[best] = std::exp(x[static_cast<std::size_t>(best)] - largest) / total;
      }
    });
  };
}

Operation make_activate(const graph::Node& node, const graph::Activate& activate) {
  return [in = node.inputs[0], out = node.outputs[0], activation = activate.activation](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      kernels::activate(activation, m.value(in) + row * width, width, m.value(out) + row * width);
    });
  };
}

Operation make_slice(const graph::Node& node, const graph::Slice& slice) {
  return [in = node.inputs[0], out = node.outputs[0], begin = slice.begin](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      std::copy_n(m.value(in) + row * m.width(in) + begin, width, m.value(out) + row * width);
    });
  };
}

Operation make_gate(const graph::Node& node, const graph::Gate& gate) {
  return [a = node.inputs[0], x = node.inputs[1], out = node.outputs[0], gate](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      float* to = m.value(out) + row * width;
      kernels::activate(gate.activation, m.value(x) + row * m.width(x) + gate.begin, width, to);
      kernels::multiply(m.value(a) + row * width, to, width, to);
    });
  };
}

Operation make_concatenate(const graph::Node& node) {
  return [inputs = node.inputs, out = node.outputs[0]](Machine& m) {
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      float* to = m.value(out) + row * m.width(out);
      for (const graph::ValueId in : inputs) to = std::copy_n(m.value(in) + row * m.width(in), m.width(in), to);
    });
  };
}

Operation make_rope(const graph::Node& node, const graph::Rope& rope) {
  return [in = node.inputs[0], out = node.outputs[0], rope](Machine& m) {
    const std::int64_t width = m.width(out);
    const Angles& angles = at(m.angles, rope.rope);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      for (std::int64_t at = row * width; at < (row + 1) * width; at += rope.head_dim) {
        kernels::rotate_head(m.value(in) + at, angles.cosine.data() + row * angles.half,
                             angles.sine.data() + row * angles.half, angles.half, rope.head_dim, m.value(out) + at);
      }
    });
  };
}

Operation make_select_rows(const graph::Node& node) {
  return [in = node.inputs[0], out = node.outputs[0]](Machine& m) {
    const std::int64_t width = m.width(out);
    for_each_row(m, out, [&](std::int64_t row, std::size_t) {
      std::copy_n(m.value(in) + m.batch->outputs[static_cast<std::size_t>(row)] * width, width,
                  m.value(out) + row * width);
    });
  };
}

}  // namespace gerbil::cpu
