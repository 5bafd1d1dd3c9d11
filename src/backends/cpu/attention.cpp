#include <algorithm>
#include <limits>

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
  const std::int32_t block = view.blocks[pool.group][static_cast<std::size_t>(position / kv_block_tokens)];
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

// The queries of each sequence, in runs of at most `most`.
void split(const Machine& m, std::int32_t most, std::vector<QueryRun>& runs) {
  runs.clear();
  for (std::int32_t token = 0; token < m.tokens;) {
    const std::int32_t sequence = m.batch->sequences[static_cast<std::size_t>(token)];
    QueryRun run{token, 0, &m.batch->views[static_cast<std::size_t>(sequence)]};
    while (token < m.tokens && run.count < most && m.batch->sequences[static_cast<std::size_t>(token)] == sequence) {
      ++run.count;
      ++token;
    }
    runs.push_back(run);
  }
}

// Of sequences that begin.
void clear_slots(Machine& m) {
  if (m.slots.empty()) return;
  for (const QueryRun& run : m.sequences) {
    if (m.batch->positions[static_cast<std::size_t>(run.first)] != 0) continue;
    for (const SlotPool& pool : m.slots) std::fill_n(pool.state(run.view->slot), pool.elements, 0.0f);
  }
}

// Few tasks over long texts keep few threads busy: their keys are shared out, with the same result. False, with
// nothing done, where the texts are short, or where there are so many queries that what they come to would take much
// memory.
template <typename TaskOf>
bool share_out(Machine& m, std::size_t tasks, const TaskOf& task_of) {
  m.attention_items.clear();
  std::size_t floats = 0;
  for (std::size_t index = 0; index < tasks; ++index) {
    const kernels::AttentionTask task = task_of(index);
    const kernels::PartRange parts = kernels::parts_of(task);
    for (std::int64_t part = parts.first; part < parts.end; ++part) {
      m.attention_items.push_back({index, part, floats});
      floats += static_cast<std::size_t>(kernels::attention_state(task.layout, task.heads * task.queries));
    }
  }
  constexpr std::size_t most_floats = 4 << 20;
  const auto& items = m.attention_items;
  if (items.size() == tasks || floats > most_floats) return false;
  if (m.attention_states.size() < floats) m.attention_states.resize(floats);
  m.pool.run(items.size(), [&](std::size_t item, std::size_t thread) {
    kernels::attend_part(task_of(items[item].task), items[item].part, m.scratch[thread].data(),
                         m.attention_states.data() + items[item].state);
  });
  m.pool.run(tasks, [&](std::size_t index, std::size_t) {
    const auto own = std::ranges::equal_range(items, index, {}, &AttentionItem::task);
    kernels::merge_parts(task_of(index), std::ssize(own), m.attention_states.data() + own.front().state);
  });
  return true;
}

}  // namespace

void prepare_step(Machine& machine) {
  prepare_angles(machine);
  split(machine, queries_per_run, machine.runs);
  split(machine, std::numeric_limits<std::int32_t>::max(), machine.sequences);
  clear_slots(machine);
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
    const auto task_of = [&](std::size_t index) {
      // The last queries of a long prompt have the most keys: they go first, so that no thread ends with one of them.
      const QueryRun& run = m.runs[m.runs.size() - 1 - index / kv_heads];
      kernels::AttentionTask task;
      task.layout = layout;
      task.pool = pool.blocks.data();
      task.blocks = run.view->blocks[pool.group].data();
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
      return task;
    };
    const std::size_t tasks = m.runs.size() * kv_heads;
    if (tasks < 2 * static_cast<std::size_t>(m.pool.size()) && share_out(m, tasks, task_of)) return;
    m.pool.run(tasks, [&](std::size_t index, std::size_t thread) {
      kernels::attend(task_of(index), m.scratch[thread].data());
    });
  };
}

}  // namespace gerbil::cpu
