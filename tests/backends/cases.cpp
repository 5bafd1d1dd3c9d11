#include "backends/cases.hpp"

#include <cmath>

#include "graph/names.hpp"

namespace gerbil::test {
namespace {

using namespace graph;

// 8-bit activations: rounding to 1/127 of a group's largest value.
constexpr double quantised = 1.5e-2;
constexpr double half_precision = 1e-3;

Case linear(std::string name, std::int32_t columns, std::int32_t rows, Form form, Linear options = {},
            bool bias = false, bool norm = false, bool residual = false) {
  const auto build = [=](TestGraph& g) {
    const ValueId x = g.input(columns);
    Linear op = options;
    op.weight = g.matrix(op.gated ? 2 * rows : rows, columns, form, 1.0f / std::sqrt(static_cast<float>(columns)));
    if (bias) op.bias = g.vector(op.gated ? 2 * rows : rows);
    if (norm) op.norm = g.vector(columns);
    op.epsilon = 1e-6f;
    std::vector<ValueId> inputs{x};
    if (residual) inputs.push_back(g.input(rows));
    g.finish(g.node(op, inputs, rows));
  };
  return {"linear_" + name, build, form.bits > 0 ? quantised : 1e-5, 1e-5};
}

Case attention(std::string name, std::int32_t heads, std::int32_t kv_heads, std::int32_t head_dim, std::int32_t window,
               bool causal = true) {
  const auto build = [=](TestGraph& g) {
    const PagesId pages = append(g.graph.pages, {kv_heads, head_dim, window, causal});
    const ValueId q = g.input(heads * head_dim);
    const ValueId k = g.input(kv_heads * head_dim);
    const ValueId v = g.input(kv_heads * head_dim);
    g.sink(Write{pages}, {k, v});
    // A large scale makes some keys matter much more than others.
    const float scale = 3.0f / std::sqrt(static_cast<float>(head_dim));
    g.finish(g.node(Attend{pages, heads, scale}, {q}, heads * head_dim));
  };
  return {(causal ? "attention_" : "attention_both_sides_") + name, build, half_precision, 1e-5};
}

// One group that keeps everything, one with a window.
Case attention_to_two_groups() {
  const auto build = [](TestGraph& g) {
    std::vector<ValueId> seen;
    for (const std::int32_t window : {40, 0}) {
      const PagesId pages = append(g.graph.pages, {1, 32, window});
      g.sink(Write{pages}, {g.input(32), g.input(32)});
      seen.push_back(g.node(Attend{pages, 2, 0.5f}, {g.input(64)}, 64));
    }
    g.finish(g.node(Add{}, seen, 64));
  };
  return {"attention_to_two_groups", build, half_precision, 1e-5};
}

// A second layer attends to what the first has written.
Case attention_to_the_same_pages() {
  const auto build = [](TestGraph& g) {
    constexpr std::int32_t width = 2 * 32;
    const PagesId pages = append(g.graph.pages, {1, 32});
    g.sink(Write{pages}, {g.input(32), g.input(32)});
    const ValueId x = g.node(Attend{pages, 2, 0.5f}, {g.input(width)}, width);
    g.finish(g.node(Attend{pages, 2, 0.5f}, {x}, width));
  };
  return {"attention_to_the_same_pages", build, half_precision, 1e-5};
}

Case delta_net(std::string name, DeltaNet op) {
  const auto build = [=](TestGraph& g) {
    DeltaNet delta = op;
    delta.slot = append(g.graph.slots, {delta.slot_elements()});
    g.graph.step_multiple = delta_net_chunk;
    delta.convolution = g.vector(delta.channels() * delta.taps);
    delta.decay = g.vector(delta.value_heads);
    delta.time_bias = g.vector(delta.value_heads);
    delta.norm = g.vector(delta.value_dim);
    g.finish(g.node(delta, {g.input(static_cast<std::int32_t>(delta.columns()))},
                    static_cast<std::int32_t>(delta.values())));
  };
  return {.name = "delta_net_" + name, .build = build, .chunks = true};
}

RopeTable rope_table(std::int32_t rotary_dim, bool with_long_set = true) {
  RopeTable table;
  for (std::int32_t i = 0; i < rotary_dim; i += 2) {
    table.inverse_frequencies.push_back(std::pow(10000.0f, -static_cast<float>(i) / static_cast<float>(rotary_dim)));
    if (with_long_set) table.long_inverse_frequencies.push_back(table.inverse_frequencies.back() / 3.0f);
  }
  table.scale = 1.25f;
  table.long_scale = 1.5f;
  return table;
}

Case rope(std::string name, std::int32_t heads, std::int32_t head_dim, std::int32_t rotary_dim,
          bool with_long_set = true) {
  return {"rope_" + name, [=](TestGraph& g) {
            const RopeId rope = append(g.graph.ropes, rope_table(rotary_dim, with_long_set));
            const std::int32_t width = heads * head_dim;
            g.finish(g.node(Rope{rope, head_dim}, {g.input(width)}, width));
          }};
}

Case attention_input(std::string name, std::int32_t heads, std::int32_t kv_heads, std::int32_t head_dim, bool norm,
                     bool rotate, std::int32_t more = 0) {
  const auto build = [=](TestGraph& g) {
    const PagesId pages = append(g.graph.pages, {kv_heads, head_dim});
    AttentionInput op{.pages = pages, .heads = heads};
    op.epsilon = 1e-6f;
    if (norm) op.query_norm = g.vector(head_dim);
    if (norm) op.key_norm = g.vector(head_dim);
    if (rotate) op.rope = append(g.graph.ropes, rope_table(head_dim));
    const ValueId q = g.node(op, {g.input((heads + 2 * kv_heads) * head_dim + more)}, heads * head_dim);
    g.finish(g.node(Attend{pages, heads, 1.0f}, {q}, heads * head_dim));
  };
  return {"attention_input_" + name, build, half_precision, 1e-5};
}

// Keys that are values too, before either is normalised.
Case attention_input_of_keys_as_values() {
  const auto build = [](TestGraph& g) {
    constexpr std::int32_t head_dim = 24, heads = 6, kv_heads = 2;
    const PagesId pages = append(g.graph.pages, {kv_heads, head_dim});
    AttentionInput op{.pages = pages, .heads = heads, .keys_are_values = true};
    op.key_norm = g.vector(head_dim);
    op.value_norm = true;
    op.epsilon = 1e-2f;
    op.rope = append(g.graph.ropes, rope_table(head_dim));
    const ValueId q = g.node(op, {g.input((heads + kv_heads) * head_dim)}, heads * head_dim);
    g.finish(g.node(Attend{pages, heads, 0.3f}, {q}, heads * head_dim));
  };
  return {"attention_input_of_keys_as_values", build, half_precision, 1e-5};
}

// A layer that attends to what another has written: its queries alone are normalised and rotated.
Case attention_input_of_queries() {
  const auto build = [](TestGraph& g) {
    constexpr std::int32_t head_dim = 24, width = 3 * head_dim;
    const PagesId pages = append(g.graph.pages, {1, head_dim});
    const RopeId rope = append(g.graph.ropes, rope_table(head_dim));
    const AttentionInput first{.pages = pages, .heads = 3, .value_norm = true, .epsilon = 1e-2f, .rope = rope};
    const ValueId q = g.node(first, {g.input(width + 2 * head_dim)}, width);
    const ValueId x = g.node(Attend{pages, 3, 1.0f}, {q}, width);
    const AttentionInput second{.pages = pages,
                                .heads = 3,
                                .queries_only = true,
                                .query_norm = g.vector(head_dim),
                                .epsilon = 1e-2f,
                                .rope = rope};
    g.finish(g.node(Attend{pages, 3, 1.0f}, {g.node(second, {x}, width)}, width));
  };
  return {"attention_input_of_queries", build, half_precision, 1e-5};
}

Case activation(Activation activation) {
  return {"activate_" + std::string(name_of(activation)), [=](TestGraph& g) {
            // A wide range: the functions differ most near zero, and must not overflow far from it.
            const WeightId table = g.matrix(64, 45, {}, 120.0f);
            const ValueId x = g.node(Embedding{table, 1.0f}, {}, 45);
            g.finish(g.node(Activate{activation}, {x}, 45));
          }};
}

// The embeddings of BERT and RoBERTa: tokens, positions from the third row of their table on, and types.
Case embedding_sum() {
  return {"embedding_sum", [](TestGraph& g) {
            const ValueId token = g.node(Embedding{.table = g.matrix(64, 40, {})}, {}, 40);
            const Embedding position{.table = g.matrix(80, 40, {}), .index = Index::position, .offset = 2};
            const Embedding type{.table = g.matrix(2, 40, {}), .scale = 0.5f, .index = Index::type};
            const Embedding task{.table = g.matrix(3, 40, {}), .index = Index::task};
            const Embedding ordinal{.table = g.matrix(90, 40, {}), .index = Index::ordinal, .offset = 3};
            const ValueId positions = g.node(ordinal, {g.node(position, {token}, 40)}, 40);
            g.finish(g.node(task, {g.node(type, {positions}, 40)}, 40));
          }};
}

Case pool(std::string name, std::vector<Pooling> modes, std::int32_t width) {
  return {"pool_" + name,
          [=](TestGraph& g) {
            const auto all = static_cast<std::int32_t>(modes.size()) * width;
            g.graph.output = g.node(Pool{modes}, {g.input(width)}, all, Rows::outputs);
          },
          1e-5, 1e-5, true};
}

Case layer_norm(std::int32_t width, bool bias) {
  return {"layer_norm_" + std::to_string(width) + (bias ? "_bias" : ""), [=](TestGraph& g) {
            const LayerNorm norm{g.vector(width), bias ? std::optional(g.vector(width)) : std::nullopt, 1e-5f};
            g.finish(g.node(norm, {g.input(width)}, width));
          }};
}

std::vector<Case> make_cases() {
  const Form f32;
  const Form f16{DType::f16};
  const Form bf16{DType::bf16};
  const auto coded = [](int bits, int group, DType dtype = DType::f16, bool act_order = false) {
    return Form{dtype, bits, group, act_order};
  };
  const auto symmetric = [](int bits, int group, int zero, int outer = 0) {
    return Form{DType::f16, bits, group, false, zero, {}, outer};
  };
  const auto levels_of = [](int group, std::vector<float> levels, int outer = 0) {
    return Form{DType::f16, 4, group, false, {}, std::move(levels), outer};
  };
  const std::vector<float> fp4{0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};
  const std::vector<float> normal{-1,      -0.6962f, -0.5251f, -0.3949f, -0.2844f, -0.1848f, -0.0911f, 0,
                                  0.0796f, 0.1609f,  0.2461f,  0.3379f,  0.4407f,  0.5626f,  0.7230f,  1};
  const Linear silu{.activation = Activation::silu};
  const Linear gated{.activation = Activation::silu, .gated = true};
  std::vector<Case> cases{
      linear("f32", 40, 33, f32),
      linear("f16", 96, 64, f16),
      linear("bf16_one_output", 72, 1, bf16),
      linear("f32_everything", 48, 50, f32, silu, true, true, true),
      linear("f16_gated", 48, 40, f16, gated, true, true, true),
      linear("2bit_group32", 128, 96, coded(2, 32)),
      linear("3bit_group64", 128, 96, coded(3, 64)),
      linear("4bit_group32", 128, 96, coded(4, 32)),
      linear("4bit_group128", 256, 31, coded(4, 128)),
      linear("5bit_group32", 64, 64, coded(5, 32)),
      linear("6bit_group64", 128, 32, coded(6, 64)),
      linear("7bit_group32", 64, 32, coded(7, 32)),
      linear("8bit_group32", 96, 70, coded(8, 32)),
      linear("8bit_group128", 256, 64, coded(8, 128)),
      linear("4bit_bf16_scales", 128, 64, coded(4, 64, DType::bf16)),
      linear("4bit_f32_scales", 128, 64, coded(4, 64, DType::f32)),
      linear("8bit_f32_scales", 128, 64, coded(8, 64, DType::f32)),
      linear("4bit_act_order", 128, 64, coded(4, 32, DType::f16, true)),
      linear("8bit_act_order_norm", 128, 64, coded(8, 64, DType::f16, true), {}, false, true),
      linear("4bit_one_group", 320, 32, coded(4, 320)),
      linear("4bit_odd_group", 120, 32, coded(4, 40)),  // the CPU pads it to 48
      linear("2bit_group16", 128, 96, coded(2, 16)),
      linear("3bit_group16", 64, 32, coded(3, 16)),
      linear("4bit_group16", 128, 96, coded(4, 16)),
      linear("4bit_group8", 64, 40, coded(4, 8)),
      linear("5bit_group16", 64, 64, coded(5, 16)),
      linear("5bit_group128_norm", 256, 70, coded(5, 128), {}, false, true),
      linear("6bit_group16", 96, 70, coded(6, 16)),
      linear("6bit_group48", 96, 32, coded(6, 48)),
      linear("8bit_group16", 80, 64, coded(8, 16)),
      linear("4bit_symmetric", 128, 96, symmetric(4, 32, 8)),
      linear("4bit_symmetric_odd", 96, 31, symmetric(4, 32, 7)),
      linear("8bit_symmetric_group16", 80, 64, symmetric(8, 16, 128)),
      linear("6bit_two_level", 512, 32, symmetric(6, 16, 32, 256)),
      linear("5bit_two_level", 512, 40, Form{DType::f16, 5, 32, false, {}, {}, 256}),
      linear("4bit_two_level", 512, 96, Form{DType::f16, 4, 32, false, {}, {}, 256}, silu, true, true, true),
      linear("4bit_fp4", 128, 64, levels_of(32, fp4)),
      linear("4bit_fp4_two_level", 128, 64, levels_of(16, fp4, 128)),
      linear("4bit_normal_float", 128, 64, levels_of(64, normal)),
      linear("4bit_odd_group_act_order", 120, 32, coded(4, 24, DType::f16, true)),
      linear("4bit_everything", 128, 96, coded(4, 32), silu, true, true, true),
      linear("4bit_gated", 128, 72, coded(4, 32), gated, true, true, true),
      linear("8bit_gated", 64, 16, coded(8, 32), gated),
      linear("f32_softcap", 48, 50, f32, {.softcap = 0.5f}, true, true, true),
      linear("4bit_softcap", 128, 96, coded(4, 32), {.softcap = 0.5f}),
      linear("f32_gelu", 32, 32, f32, {.activation = Activation::gelu}),
      linear("f32_gelu_tanh_gated", 32, 20, f32, {.activation = Activation::gelu_tanh, .gated = true}),
      linear("f32_relu", 32, 32, f32, {.activation = Activation::relu}),
      attention("one_head", 1, 1, 16, 0),
      attention_to_the_same_pages(),
      attention_to_two_groups(),
      attention("grouped", 8, 2, 64, 0),
      attention("head_dim_20", 6, 3, 20, 0),
      attention("head_dim_80", 2, 2, 80, 0),
      attention("head_dim_256", 3, 1, 256, 0),
      attention("head_dim_512", 4, 2, 512, 0),
      attention("window_7", 4, 2, 32, 7),
      attention("window_32", 4, 4, 128, 32),
      attention("window_1", 2, 1, 8, 1),
      attention("grouped", 8, 2, 64, 0, false),
      attention("head_dim_20", 3, 3, 20, 0, false),
      attention("window_7", 4, 2, 32, 7, false),
      attention("window_40", 2, 2, 32, 40, false),
      attention("window_1", 2, 1, 8, 1, false),
      rope("whole", 3, 64, 64),
      rope("partial", 2, 24, 10),
      rope("one_set", 2, 16, 16, false),
      attention_input("plain", 4, 2, 32, false, false),
      attention_input("norm_rope", 4, 2, 64, true, true),
      attention_input("rope", 3, 1, 24, false, true),
      attention_input("head_dim_512", 2, 1, 512, true, true),
      attention_input_of_keys_as_values(),
      attention_input_of_queries(),
      attention_input("beside_a_gate", 4, 2, 32, true, true, 128),
      embedding_sum(),
      delta_net("one_head", {.key_heads = 1, .value_heads = 1, .key_dim = 8, .value_dim = 8, .taps = 4}),
      delta_net("grouped", {.key_heads = 2, .value_heads = 6, .key_dim = 20, .value_dim = 36, .taps = 4}),
      delta_net("wide", {.key_heads = 2, .value_heads = 2, .key_dim = 128, .value_dim = 128, .taps = 4}),
      delta_net("taps_6", {.key_heads = 1, .value_heads = 2, .key_dim = 32, .value_dim = 16, .taps = 6}),
      delta_net("no_convolution", {.key_heads = 1, .value_heads = 2, .key_dim = 16, .value_dim = 20, .taps = 1}),
  };
  for (auto i = static_cast<int>(Activation::identity); i <= static_cast<int>(Activation::laplace); ++i) {
    cases.push_back(activation(static_cast<Activation>(i)));
  }
  cases.push_back({"add", [](TestGraph& g) { g.finish(g.node(Add{}, {g.input(37), g.input(37)}, 37)); }});
  cases.push_back({"multiply", [](TestGraph& g) { g.finish(g.node(Multiply{}, {g.input(37), g.input(37)}, 37)); }});
  cases.push_back({"multiply_runs", [](TestGraph& g) { g.finish(g.node(Multiply{}, {g.input(36), g.input(4)}, 36)); }});
  cases.push_back({"scale", [](TestGraph& g) { g.finish(g.node(Scale{g.vector(1)}, {g.input(37)}, 37)); }});
  for (const std::int32_t count : {1, 3, 8}) {
    cases.push_back({"top_softmax_" + std::to_string(count),
                     [count](TestGraph& g) { g.finish(g.node(TopSoftmax{count}, {g.input(8)}, 8)); }});
  }
  cases.push_back(
      {"gate", [](TestGraph& g) { g.finish(g.node(Gate{Activation::sigmoid, 7}, {g.input(37), g.input(50)}, 37)); }});
  cases.push_back({"concatenate",
                   [](TestGraph& g) { g.finish(g.node(Concatenate{}, {g.input(5), g.input(40), g.input(3)}, 48)); }});
  cases.push_back({"slice", [](TestGraph& g) { g.finish(g.node(Slice{5}, {g.input(40)}, 21)); }});
  const std::vector<Pooling> every{Pooling::first,         Pooling::max, Pooling::mean, Pooling::mean_sqrt_length,
                                   Pooling::weighted_mean, Pooling::last};
  for (const Pooling mode : every) cases.push_back(pool(std::string(name_of(mode)), {mode}, 70));
  cases.push_back(pool("every", every, 21));
  for (const std::int32_t width : {7, 48, 130}) {
    cases.push_back(layer_norm(width, width != 48));
    cases.push_back({"rms_norm_row_" + std::to_string(width), [width](TestGraph& g) {
                       const RmsNorm norm{g.vector(width), width, 1e-5f};
                       g.finish(g.node(norm, {g.input(width)}, width));
                     }});
  }
  cases.push_back({"rms_norm_residual", [](TestGraph& g) {
                     const RmsNorm norm{g.vector(70), 70, 1e-6f};
                     g.finish(g.node(norm, {g.input(70), g.input(70)}, 70));
                   }});
  cases.push_back({"rms_norm_residual_factor", [](TestGraph& g) {
                     const RmsNorm norm{g.vector(24), 24, 1e-6f, g.vector(1)};
                     g.finish(g.node(norm, {g.input(72), g.input(72)}, 72));
                   }});
  cases.push_back({"rms_norm_heads", [](TestGraph& g) {
                     const RmsNorm norm{g.vector(24), 24, 1e-6f};
                     g.finish(g.node(norm, {g.input(72)}, 72));
                   }});
  for (const auto& [name, form] : {std::pair<std::string, Form>{"f32", f32},
                                   {"bf16", bf16},
                                   {"4bit", coded(4, 32)},
                                   {"8bit_act_order", coded(8, 32, DType::f16, true)},
                                   {"6bit_f32_scales", coded(6, 32, DType::f32)},
                                   {"5bit_two_level", Form{DType::f16, 5, 32, false, {}, {}, 96}},
                                   {"4bit_fp4", levels_of(16, fp4)},
                                   {"3bit_symmetric", symmetric(3, 32, 4)}}) {
    cases.push_back({"embedding_" + name, [form](TestGraph& g) {
                       const WeightId table = g.matrix(64, 96, form);
                       g.finish(g.node(Embedding{table, 2.5f}, {}, 96));
                     }});
    cases.push_back({"host_embedding_" + name, [form](TestGraph& g) {
                       const WeightId table = g.matrix(64, 96, form);
                       at(g.graph.weights, table).host = true;
                       g.finish(g.node(HostEmbedding{table, 2.5f}, {}, 96));
                     }});
  }
  cases.push_back({"tied_head",
                   [coded](TestGraph& g) {
                     const WeightId table = g.matrix(64, 96, coded(4, 32));
                     const ValueId x = g.node(Embedding{table, 1.0f}, {}, 96);
                     const ValueId rows = g.node(SelectRows{}, {x}, 96, Rows::outputs);
                     g.graph.output = g.node(Linear{.weight = table}, {rows}, 64, Rows::outputs);
                   },
                   quantised});
  cases.push_back({"shared_input",
                   [coded](TestGraph& g) {
                     const ValueId x = g.input(128);
                     const Linear a{.weight = g.matrix(64, 128, coded(4, 32), 0.1f)};
                     const Linear b{.weight = g.matrix(64, 128, coded(8, 32), 0.1f)};
                     const Linear c{.weight = g.matrix(64, 128, coded(4, 64), 0.1f)};
                     const Linear d{.weight = g.matrix(64, 128, Form{}, 0.1f)};
                     const ValueId ab = g.node(Add{}, {g.node(a, {x}, 64), g.node(b, {x}, 64)}, 64);
                     const ValueId cd = g.node(Add{}, {g.node(c, {x}, 64), g.node(d, {x}, 64)}, 64);
                     g.finish(g.node(Add{}, {ab, cd}, 64));
                   },
                   quantised});
  return cases;
}

}  // namespace

const std::vector<Case>& op_cases() {
  static const std::vector<Case> cases = make_cases();
  return cases;
}

// The pages of three sequences, scattered.
const std::vector<std::vector<std::int32_t>> blocks{{5, 0}, {3, 7}, {2}};

std::vector<TestBatch> ragged_steps() {
  static const std::vector<bool> long_rope{false, true, false};
  return {TestBatch({{0, 0, random_tokens(33, 1)}, {1, 0, random_tokens(5, 2)}}, blocks, long_rope),
          TestBatch({{0, 33, random_tokens(1, 3)}, {1, 5, random_tokens(40, 4)}, {2, 0, random_tokens(7, 5)}}, blocks,
                    long_rope),
          TestBatch({{2, 7, random_tokens(1, 6)}, {0, 34, random_tokens(1, 7)}}, blocks, long_rope)};
}

std::vector<TestBatch> whole_steps() {
  std::vector<TestBatch> steps{
      TestBatch({{0, 0, random_tokens(33, 1)}, {1, 0, random_tokens(5, 2)}}, blocks),
      TestBatch({{0, 0, random_tokens(1, 3)}, {1, 0, random_tokens(40, 4)}, {2, 0, random_tokens(7, 5)}}, blocks)};
  steps.front().views[0].skipped = 4;  // every row is wanted, so some of them have nothing left to pool
  steps.back().views[1].skipped = 17;
  return steps;
}

std::vector<TestBatch> chunk_steps() {
  const std::vector<std::vector<std::int32_t>> none(3);
  return {TestBatch({{0, 0, random_tokens(128, 1)}, {1, 0, random_tokens(5, 2)}}, none),
          TestBatch({{1, 5, {9}}, {0, 128, random_tokens(75, 3)}, {2, 0, random_tokens(64, 4)}}, none),
          TestBatch({{2, 64, {7}, Phase::prompt}, {0, 203, {8}}, {1, 6, random_tokens(140, 5)}}, none),
          TestBatch({{1, 0, random_tokens(70, 6)}, {2, 65, {3}}, {0, 204, {5}}}, none)};
}

std::vector<TestBatch> steps_of(const Case& test) {
  return test.chunks ? chunk_steps() : test.whole_texts ? whole_steps() : ragged_steps();
}

}  // namespace gerbil::test
