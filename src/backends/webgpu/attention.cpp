// Rotary embedding, the paged keys and values, and attention over them.
#include <algorithm>
#include <numeric>

#include "backends/webgpu/operations.hpp"

namespace gerbil::webgpu {
namespace {

constexpr std::int64_t threads = 64;
// Teams of 32 in a workgroup of attention, which share the pages: a single query has the GPU for itself and few heads
// to fill it with, the queries of a prompt are many. At a depth of 3000 an H100 decoded 245 tokens a second with 16
// teams, 340 with 24 and 327 with 32.
constexpr std::int64_t decode_teams = 24;
// Where no sequence has more pages than this, further teams would have nothing to do but to keep other workgroups off
// the processors: 64 sequences of 16 heads are 1024 workgroups. A page's team is its number's remainder, so the pages
// of such sequences belong to the same teams either way, and teams without pages add zeros.
constexpr std::int64_t near_teams = near_pages;
constexpr std::int64_t prompt_teams = 4;
// Pages that a team takes at once for the queries of a prompt. An H100 took 537 µs for 512 tokens at an average depth
// of 2000 with one page, 433 with two and 525 with four. Wider heads leave fewer registers and less workgroup memory.
std::int64_t prompt_pages(std::int64_t per_lane) { return per_lane == 1 ? 2 : 1; }

Constants kv_constants(const Machine& m, const KvPool& pool) {
  Constants constants{{"KV_HEADS", std::int64_t{pool.pages.kv_heads}}, {"HEAD_DIM", std::int64_t{pool.pages.head_dim}}};
  if (pool.group > 0) constants["GROUP"] = static_cast<std::int64_t>(pool.group);
  if (!m.options.exact) constants["KV16"] = std::int64_t{1};
  return constants;
}

void add_rope(const Machine& m, graph::RopeId rope, Constants& constants) {
  const graph::RopeTable& table = m.graph.rope(rope);
  constants["HALF"] = static_cast<std::int64_t>(table.inverse_frequencies.size());
  constants["POSITIONS"] = m.positions;
  if (!table.long_inverse_frequencies.empty()) constants["LONG"] = std::int64_t{1};
}

}  // namespace

Operation make_rope(Machine& m, const graph::Node& node, const graph::Rope& rope) {
  const std::int64_t columns = m.width(node.outputs[0]);
  Constants constants{{"COLUMNS", columns}, {"HEAD_DIM", std::int64_t{rope.head_dim}}};
  add_rope(m, rope.rope, constants);
  Operation operation{.work = columns};
  operation.dispatches.push_back({.kernel = m.kernel("rope", std::move(constants), threads),
                                  .bindings = {{0, m.step},
                                               {1, at(m.angles, rope.rope)},
                                               {2, m.value(node.inputs[0])},
                                               {3, m.value(node.outputs[0])}},
                                  .groups = (columns + threads - 1) / threads});
  return operation;
}

Operation make_write(Machine& m, const graph::Node& node, const graph::Write& write) {
  const KvPool& kv = at(m.pages, write.pages);
  const std::int64_t units = kv.pages.kv_heads * kv.pages.head_dim / 4;
  Operation operation{.work = units};
  operation.dispatches.push_back(
      {.kernel = m.kernel("kv_write", kv_constants(m, kv), threads),
       .bindings =
           {{0, m.step}, {1, m.value(node.inputs[0])}, {2, m.value(node.inputs[1])}, {3, kv.keys}, {4, kv.values}},
       .groups = (units + threads - 1) / threads});
  return operation;
}

Operation make_attend(Machine& m, const graph::Node& node, const graph::Attend& attend) {
  const KvPool& kv = at(m.pages, attend.pages);
  Constants constants = kv_constants(m, kv);
  constants["HEADS"] = std::int64_t{attend.heads};
  constants["SCALE"] = attend.scale;
  if (kv.pages.causal) constants["CAUSAL"] = std::int64_t{1};
  if (kv.pages.window > 0) constants["WINDOW"] = std::int64_t{kv.pages.window};
  const std::int64_t units = kv.pages.head_dim / 4;
  const std::int64_t per_lane = std::max<std::int64_t>(1, (units + 31) / 32);
  constants["PER_LANE"] = per_lane;
  constants["CHUNK"] = std::gcd(units, std::int64_t{8});
  constants["FOUR"] = std::int64_t{4};
  constants["PAGES"] = prompt_pages(per_lane);
  // Sums take 512 · per_lane bytes of workgroup memory a team, and every unit of the result needs an invocation.
  const std::int64_t most_threads = m.device.capabilities().max_workgroup_threads;
  const std::int64_t most_teams = std::min<std::int64_t>(most_threads / 32, 24 / per_lane);
  // The work depends on the position; half of the cache is a fair guess.
  Operation operation{.work = 2 * m.width(node.outputs[0]) * m.positions};
  const auto add = [&](std::string_view file, std::int64_t teams, std::int64_t rows, unsigned ways, unsigned reaches) {
    const std::int64_t used = std::clamp(teams, per_lane, most_teams);
    constants["TEAMS"] = used;
    operation.dispatches.push_back(
        {.kernel = m.kernel(file, constants, 32 * used),
         .bindings =
             {{0, m.step}, {1, m.value(node.inputs[0])}, {2, kv.keys}, {3, kv.values}, {4, m.value(node.outputs[0])}},
         .groups = attend.heads,
         .rows_per_group = rows,
         .ways = ways,
         .reaches = reaches});
  };
  add("attention", decode_teams, 1, decoded_rows, far_reach);
  add("attention", near_teams, 1, decoded_rows, near_reach);
  add("attention_tiled", prompt_teams, 4, many_rows, any_reach);
  return operation;
}

Operation make_attention_input(Machine& m, const graph::Node& node, const graph::AttentionInput& input) {
  const KvPool& kv = at(m.pages, input.pages);
  Constants constants = kv_constants(m, kv);
  constants["HEADS"] = std::int64_t{input.heads};
  constants["INPUTS"] = m.width(node.inputs[0]);
  constants["EPSILON"] = input.epsilon;
  std::vector<gpu::Binding> bindings{{0, m.step}, {2, m.value(node.inputs[0])}, {3, m.value(node.outputs[0])}};
  if (input.queries_only) {
    constants["QUERIES_ONLY"] = std::int64_t{1};
  } else {
    bindings.push_back({4, kv.keys});
    bindings.push_back({5, kv.values});
  }
  if (input.keys_are_values) constants["KEYS_ARE_VALUES"] = std::int64_t{1};
  if (input.value_norm) constants["VALUE_NORM"] = std::int64_t{1};
  if (input.rope) {
    constants["ROPE"] = std::int64_t{1};
    add_rope(m, *input.rope, constants);
    bindings.push_back({1, at(m.angles, *input.rope)});
  }
  if (input.query_norm) {
    constants["QUERY_NORM"] = std::int64_t{1};
    bindings.push_back({6, m.vector(*input.query_norm)});
  }
  if (input.key_norm) {
    constants["KEY_NORM"] = std::int64_t{1};
    bindings.push_back({7, m.vector(*input.key_norm)});
  }
  Operation operation{.work = m.width(node.inputs[0])};
  operation.dispatches.push_back({.kernel = m.kernel("attention_input", std::move(constants), threads),
                                  .bindings = std::move(bindings),
                                  .groups = input.heads + (input.queries_only ? 0 : 2 * kv.pages.kv_heads)});
  return operation;
}

}  // namespace gerbil::webgpu
