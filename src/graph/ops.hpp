// The operations of the graph. Every value is a matrix of f32 activations: one row for each token of a ragged batch
// (or for each row whose logits are wanted), `width` columns. An op is data: what it reads besides its inputs stands in
// its fields. The first group is what models are written in; the second is what the passes fuse them to.
//
// fields() shows every member, with its name, to a function. Printing, the checks of ids, and the bookkeeping of what a
// graph names all go through it (graph/fields.hpp), so that a new member is known everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/activation.hpp"
#include "graph/ids.hpp"

namespace gerbil::graph {

using gerbil::Activation;

// What chooses a row of an embedding's table: the token's id, its position in the sequence, its type (the segment it
// belongs to, Devlin et al. 2019), the task of the whole step, or its number among the tokens of its text that are not
// padding, counted from 1, and 0 for padding (Graph::padding_token; Liu et al. 2019, RoBERTa).
enum class Index { token, position, type, task, ordinal };

// ([residual]) -> [T, columns of table]. Row t is table[index(t) + offset] · scale + residual[t].
struct Embedding {
  WeightId table;
  float scale = 1.0f;
  Index index = Index::token;
  std::int32_t offset = 0;
  static constexpr std::string_view name = "embedding";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("table", self.table);
    visit("scale", self.scale);
    visit("index", self.index);
    visit("offset", self.offset);
  }
};

// () -> [T, columns of table]. Row t is table[token(t)] · scale, of a table that is too large for a device: it stays
// where the checkpoint has it (WeightDeclaration::host), and the rows of a step are gathered there.
struct HostEmbedding {
  WeightId table;
  float scale = 1.0f;
  static constexpr std::string_view name = "host_embedding";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("table", self.table);
    visit("scale", self.scale);
  }
};

// () -> [T, width]: the rows that come with the batch, one for each token. They are what another graph made of it.
struct Input {
  static constexpr std::string_view name = "input";
  constexpr void fields(this auto&, const auto&) {}
};

// (x, [residual]) -> [T, n]. y = activation(norm(x) · Wᵀ + bias) + residual, with W [n or 2n, k].
// norm: RMSNorm over the whole row when set (fuse_norm), the identity otherwise.
// gated: W has 2n rows and y[i] = activation(a[i]) · a[i + n], where a is the product (fuse_gate).
// softcap: where it is not 0, softcap · tanh(· / softcap) of what is activated, so that it stays between its negative
// and itself (Gemma 2); not of gated products.
struct Linear {
  WeightId weight;
  std::optional<WeightId> bias;
  Activation activation = Activation::identity;
  bool gated = false;
  std::optional<WeightId> norm;
  float epsilon = 0.0f;
  float softcap = 0.0f;
  static constexpr std::string_view name = "linear";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("weight", self.weight);
    visit("bias", self.bias);
    visit("activation", self.activation);
    visit("gated", self.gated);
    visit("norm", self.norm);
    visit("epsilon", self.epsilon);
    visit("softcap", self.softcap);
  }
};

// (x, [residual]) -> same shape. Each run of `width` consecutive columns is divided by its root mean square and
// multiplied by the weight [width]: y = x / sqrt(mean(x²) + epsilon) · w. width is the row for a layer norm, head_dim
// for q/k norms. What follows comes from fusions: y + residual (fuse_residual), and that times `factor`, one number
// (fuse_scale).
struct RmsNorm {
  WeightId weight;
  std::int32_t width = 0;
  float epsilon = 1e-6f;
  std::optional<WeightId> factor;
  static constexpr std::string_view name = "rms_norm";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("weight", self.weight);
    visit("width", self.width);
    visit("epsilon", self.epsilon);
    visit("factor", self.factor);
  }
};

// (x) -> same shape. y = (x − mean(x)) / sqrt(variance(x) + epsilon) · w + b over the whole row (Ba et al. 2016); b is
// left out where there is none.
struct LayerNorm {
  WeightId weight;
  std::optional<WeightId> bias;
  float epsilon = 1e-5f;
  static constexpr std::string_view name = "layer_norm";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("weight", self.weight);
    visit("bias", self.bias);
    visit("epsilon", self.epsilon);
  }
};

// (a, b) -> a + b
struct Add {
  static constexpr std::string_view name = "add";
  constexpr void fields(this auto&, const auto&) {}
};

// (a, b) -> a · b, element by element. Where b has fewer columns, n of them, each multiplies one of n equal runs of a.
struct Multiply {
  static constexpr std::string_view name = "multiply";
  constexpr void fields(this auto&, const auto&) {}
};

// (x) -> x · factor, a weight of one number.
struct Scale {
  WeightId factor;
  static constexpr std::string_view name = "scale";
  constexpr void fields(this auto& self, const auto& visit) { visit("factor", self.factor); }
};

// (x) -> same shape. The softmax of the row, in which all but the `count` largest become 0; of equals the first stay.
// The router of a mixture of experts (Shazeer et al. 2017), without a second normalisation.
struct TopSoftmax {
  std::int32_t count = 1;
  static constexpr std::string_view name = "top_softmax";
  constexpr void fields(this auto& self, const auto& visit) { visit("count", self.count); }
};

// (x) -> activation(x)
struct Activate {
  Activation activation = Activation::silu;
  static constexpr std::string_view name = "activate";
  constexpr void fields(this auto& self, const auto& visit) { visit("activation", self.activation); }
};

// (x) -> columns [begin, begin + width of the output)
struct Slice {
  std::int32_t begin = 0;
  static constexpr std::string_view name = "slice";
  constexpr void fields(this auto& self, const auto& visit) { visit("begin", self.begin); }
};

// (x, …) -> the rows of all inputs, side by side
struct Concatenate {
  static constexpr std::string_view name = "concatenate";
  constexpr void fields(this auto&, const auto&) {}
};

// (x) -> same shape. Rotary position embedding (Su et al. 2021) of every head, in the half-split layout of
// transformers: element i pairs with i + rotary_dim / 2; columns of a head beyond rotary_dim pass through.
struct Rope {
  RopeId rope;
  std::int32_t head_dim = 0;
  static constexpr std::string_view name = "rope";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("rope", self.rope);
    visit("head_dim", self.head_dim);
  }
};

// (k, v) -> (). Stores one row of keys and one of values for every token, at its sequence's position in the pages.
struct Write {
  PagesId pages;
  static constexpr std::string_view name = "write";
  static constexpr bool writes_state = true;
  constexpr void fields(this auto& self, const auto& visit) { visit("pages", self.pages); }
};

// (q) -> [T, heads · head_dim]. Softmax attention of each query over the keys of its own sequence that it sees in the
// pages. Grouped-query: query head h reads KV head h / (heads / kv_heads).
struct Attend {
  PagesId pages;
  std::int32_t heads = 0;
  float scale = 1.0f;
  static constexpr std::string_view name = "attend";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("pages", self.pages);
    visit("heads", self.heads);
    visit("scale", self.scale);
  }
};

// (x) -> [outputs, width]: the rows whose logits are wanted.
struct SelectRows {
  static constexpr std::string_view name = "select_rows";
  constexpr void fields(this auto&, const auto&) {}
};

// What becomes of the rows of a text. weighted_mean: row i counts i + 1 times (Muennighoff 2022). mean_sqrt_length: the
// sum over the square root of the number of rows.
// Reference: sentence-transformers, models/Pooling.py.
enum class Pooling { first, max, mean, mean_sqrt_length, weighted_mean, last };

// (x) -> [outputs, modes · width]: the rows of each sequence from its position 0 to the wanted row, without those that
// the batch skips, pooled in each of the ways, side by side. All of them must be in the step. Where a row counts by its
// number, the skipped ones have been counted. Of no rows at all, first is row 0 and every other way is 0.
struct Pool {
  std::vector<Pooling> modes;
  static constexpr std::string_view name = "pool";
  constexpr void fields(this auto& self, const auto& visit) { visit("modes", self.modes); }
};

// Fused: (a, x) -> a · activation(columns [begin, begin + width of a) of x)
struct Gate {
  Activation activation = Activation::sigmoid;
  std::int32_t begin = 0;
  static constexpr std::string_view name = "gate";
  constexpr void fields(this auto& self, const auto& visit) {
    visit("activation", self.activation);
    visit("begin", self.begin);
  }
};

// Fused: (qkv) -> q [T, heads · head_dim]. qkv begins with queries, keys and values side by side. Normalises each head
// of q and k (where norms are given), rotates them (where a rope is given), writes k and v to the pages, and returns q.
// value_norm: divides each head of v by its root mean square. keys_are_values: v is what k is made of, and stands
// nowhere else. queries_only: the input holds queries alone, and nothing is written, for a layer that attends to the
// pages of another.
struct AttentionInput {
  PagesId pages;
  std::int32_t heads = 0;
  bool queries_only = false;
  bool keys_are_values = false;
  std::optional<WeightId> query_norm;
  std::optional<WeightId> key_norm;
  bool value_norm = false;
  float epsilon = 0.0f;
  std::optional<RopeId> rope;
  static constexpr std::string_view name = "attention_input";
  static constexpr bool writes_state = true;
  constexpr void fields(this auto& self, const auto& visit) {
    visit("pages", self.pages);
    visit("heads", self.heads);
    visit("queries_only", self.queries_only);
    visit("keys_are_values", self.keys_are_values);
    visit("query_norm", self.query_norm);
    visit("key_norm", self.key_norm);
    visit("value_norm", self.value_norm);
    visit("epsilon", self.epsilon);
    visit("rope", self.rope);
  }
};

// (x) -> [T, value_heads · value_dim]. A layer of Gated DeltaNet between its projections (Yang et al. 2025, Gated Delta
// Networks). x holds, side by side, queries and keys of the key heads, values and output gates z of the value heads,
// and b and a, one of each for a value head. Value head h goes with key head h / (value_heads / key_heads).
//   queries, keys, values = silu(causal depthwise convolution over `taps` tokens)
//   q = query / |query| / √key_dim, k = key / |key|, β = sigmoid(b), α = exp(−exp(decay) · softplus(a + time_bias))
//   S = α S + k (β (v − α Sᵀ k))ᵀ, y = norm(Sᵀ q) · silu(z)
// The slot holds the last `taps` tokens' inputs of the convolution, that of position p in row p % taps, and then S
// [key_dim, value_dim] of every value head. Kernels for prompts take chunks of delta_net_chunk positions at once.
// Reference: transformers 5.12, models/qwen3_5, Qwen3_5GatedDeltaNet.
struct DeltaNet {
  SlotId slot;
  std::int32_t key_heads = 0;
  std::int32_t value_heads = 0;
  std::int32_t key_dim = 0;
  std::int32_t value_dim = 0;
  std::int32_t taps = 0;
  WeightId convolution;  // [channels · taps], the oldest token's factor first
  WeightId decay;        // [value_heads]
  WeightId time_bias;    // [value_heads]
  WeightId norm;         // [value_dim]
  float epsilon = 1e-6f;
  static constexpr std::string_view name = "delta_net";
  static constexpr bool writes_state = true;
  constexpr void fields(this auto& self, const auto& visit) {
    visit("slot", self.slot);
    visit("key_heads", self.key_heads);
    visit("value_heads", self.value_heads);
    visit("key_dim", self.key_dim);
    visit("value_dim", self.value_dim);
    visit("taps", self.taps);
    visit("convolution", self.convolution);
    visit("decay", self.decay);
    visit("time_bias", self.time_bias);
    visit("norm", self.norm);
    visit("epsilon", self.epsilon);
  }
  std::int64_t values() const { return std::int64_t{value_heads} * value_dim; }
  std::int64_t channels() const { return 2 * std::int64_t{key_heads} * key_dim + values(); }  // of the convolution
  std::int64_t columns() const { return channels() + values() + 2 * std::int64_t{value_heads}; }
  std::int64_t slot_elements() const { return taps * channels() + values() * key_dim; }
};
// Chunks begin at multiples of it, counted from position 0.
inline constexpr std::int32_t delta_net_chunk = 64;
inline constexpr std::int32_t most_delta_net_taps = 64;

using Operation =
    std::variant<Embedding, HostEmbedding, Input, Linear, RmsNorm, LayerNorm, Add, Multiply, Scale, TopSoftmax,
                 Activate, Slice, Rope, Write, Attend, SelectRows, Pool, Concatenate, DeltaNet, Gate, AttentionInput>;

struct Node {
  Operation operation;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;  // none of Write, one of every other
};

}  // namespace gerbil::graph
