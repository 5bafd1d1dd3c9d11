#include <algorithm>

#include "backends/cpu/operations.hpp"
#include "backends/cpu/rows.hpp"
#include "backends/rope_angles.hpp"
#include "kernels/cpu/attention.hpp"
#include "kernels/cpu/rms_norm.hpp"
#include "kernels/cpu/rope.hpp"

namespace gerbil::cpu {
namespace {

void store_token(const Machine& m, const KvPool& pool, std::int64_t token, const float* keys, const float* values) {
  const auto t = static_cast<std::size_t>(token);
  const SequenceView& view = m.batch->views[static_cast<std::size_t>(m.batch->sequences[t])];
  const std::int32_t position = m.batch->positions[t];
  const std::int32_t block = view.blocks[static_cast<std::size_t>(position / kv_block_tokens)];
  kernels::kv_store(pool.layout, pool.block(block), position % kv_block_tokens, keys, values);
}

// One head: normalised, then rotated, each where asked for.
void prepare_head(const float* x, const float* norm, float epsilon, const Angles* angles, std::int64_t token,
                  std::int64_t head_dim, float* out) {
  if (norm) {
    kernels::rms_norm(x, norm, epsilon, head_dim, out);
    x = out;
  }
  if (angles) {
    kernels::rotate_head(x, angles->cosine.data() + token * angles->half, angles->sine.data() + token * angles->half,
                         angles->half, head_dim, out);
  } else if (x != out) {
    std::copy_n(x, head_dim, out);
  }
}

void prepare_angles(Machine& m) {
  m.pool.run(static_cast<std::size_t>(m.tokens), [&](std::size_t token, std::size_t) {
    const SequenceView& view = m.batch->views[static_cast<std::size_t>(m.batch->sequences[token])];
    for (std::size_t rope = 0; rope < m.angles.size(); ++rope) {
      Angles& angles = m.angles[rope];
      const std::size_t at = token * static_cast<std::size_t>(angles.half);
      rope_angles(m.graph.ropes[rope], m.batch->positions[token], view.long_rope, angles.cosine.data() + at,
                  angles.sine.data() + at);
    }
  });
}

void prepare_runs(Machine& m) {
  m.runs.clear();
  for (std::int32_t token = 0; token < m.tokens;) {
    const std::int32_t sequence = m.batch->sequences[static_cast<std::size_t>(token)];
    QueryRun run{token, 0, &m.batch->views[static_cast<std::size_t>(sequence)]};
    while (token < m.tokens && run.count < queries_per_run &&
           m.batch->sequences[static_cast<std::size_t>(token)] == sequence) {
      ++run.count;
      ++token;
    }
    m.runs.push_back(run);
  }
}

}  // namespace

void prepare_step(Machine& machine) {
  prepare_angles(machine);
  prepare_runs(machine);
}

Operation make_write(const graph::Node& node, const graph::Write& write) {
  return [k = node.inputs[0], v = node.inputs[1], write](Machine& m) {
    const KvPool& pool = at(m.pages, write.pages);
    for_each_row(m.pool, m.tokens, [&](std::int64_t token, std::size_t) {
      store_token(m, pool, token, m.value(k) + token * m.width(k), m.value(v) + token * m.width(v));
    });
  };
}

Operation make_attention_input(Machine& machine, const graph::Node& node, const graph::AttentionInput& input) {
  const graph::Pages& pages = at(machine.graph.pages, input.pages);
  reserve_scratch(machine, 2 * static_cast<std::int64_t>(pages.kv_heads) * pages.head_dim);
  const std::vector<float> ones(input.value_norm ? static_cast<std::size_t>(pages.head_dim) : 0, 1.0f);
  return [in = node.inputs[0], out = node.outputs[0], input, ones](Machine& m) {
    const KvPool& pool = at(m.pages, input.pages);
    const std::int64_t head_dim = pool.layout.head_dim;
    const std::int64_t kv_heads = pool.layout.kv_heads;
    const Angles* angles = input.rope ? &at(m.angles, *input.rope) : nullptr;
    for_each_row(m.pool, m.tokens, [&](std::int64_t token, std::size_t thread) {
      const float* x = m.value(in) + token * m.width(in);
      float* q = m.value(out) + token * m.width(out);
      for (std::int64_t head = 0; head < input.heads; ++head, x += head_dim, q += head_dim) {
        prepare_head(x, m.vector(input.query_norm), input.epsilon, angles, token, head_dim, q);
      }
      if (input.queries_only) return;
      const float* v = input.keys_are_values ? x : x + kv_heads * head_dim;
      float* keys = m.scratch[thread].data();
      for (std::int64_t head = 0; head < kv_heads; ++head, x += head_dim) {
        prepare_head(x, m.vector(input.key_norm), input.epsilon, angles, token, head_dim, keys + head * head_dim);
      }
      float* values = keys + kv_heads * head_dim;
      for (std::int64_t head = 0; head < kv_heads; ++head, v += head_dim) {
        prepare_head(v, input.value_norm ? ones.data() : nullptr, input.epsilon, nullptr, token, head_dim,
                     values + head * head_dim);
      }
      store_token(m, pool, token, keys, values);
    });
  };
}

Operation make_attend(Machine& machine, const graph::Node& node, const graph::Attend& attend) {
  const kernels::KvLayout layout = at(machine.pages, attend.pages).layout;
  const graph::Pages visible = at(machine.graph.pages, attend.pages);
  const std::int64_t heads = attend.heads / layout.kv_heads;
  reserve_scratch(machine, kernels::attention_scratch(layout, heads * queries_per_run) + 16);
  return [in = node.inputs[0], out = node.outputs[0], attend, visible, layout, heads](Machine& m) {
    const KvPool& pool = at(m.pages, attend.pages);
    const auto kv_heads = static_cast<std::size_t>(layout.kv_heads);
    m.pool.run(m.runs.size() * kv_heads, [&](std::size_t index, std::size_t thread) {
      // The last queries of a long prompt have the most keys: they go first, so that no thread ends with one of them.
      const QueryRun& run = m.runs[m.runs.size() - 1 - index / kv_heads];
      kernels::AttentionTask task;
      task.layout = layout;
      task.pool = pool.blocks.data();
      task.blocks = run.view->blocks.data();
      task.kv_head = static_cast<std::int64_t>(index % kv_heads);
      task.heads = heads;
      task.queries = run.count;
      task.positions = m.batch->positions.data() + run.first;
      task.stride = m.width(in);
      const std::int64_t at = run.first * task.stride + task.kv_head * heads * layout.head_dim;
      task.q = m.value(in) + at;
      task.out = m.value(out) + at;
      task.scale = attend.scale;
      task.window = visible.window;
      task.causal = visible.causal;
      task.length = run.view->length;
      kernels::attend(task, m.scratch[thread].data());
    });
  };
}

}  // namespace gerbil::cpu
