// The operations of the graph. Every value is a matrix of f32 activations: one row for each token of a ragged batch
// (or for each row whose logits are wanted), `width` columns. An op is data: what it reads besides its inputs stands in
// its fields. The first group is what models are written in; the second is what the passes fuse them to.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/activation.hpp"

namespace gerbil::graph {

using ValueId = std::int32_t;
using WeightId = std::int32_t;  // index into Graph::weights
using StateId = std::int32_t;   // index into Graph::states
using RopeId = std::int32_t;    // index into Graph::ropes
inline constexpr std::int32_t none = -1;

using gerbil::Activation;

// What chooses a row of an embedding's table: the token's id, its position in the sequence, its type (the segment it
// belongs to, Devlin et al. 2019), the task of the whole step, or its number among the tokens of its text that are not
// padding, counted from 1, and 0 for padding (Graph::padding_token; Liu et al. 2019, RoBERTa).
enum class Index { token, position, type, task, ordinal };

// ([residual]) -> [T, columns of table]. Row t is table[index(t) + offset] · scale + residual[t].
struct Embedding {
  WeightId table = none;
  float scale = 1.0f;
  Index index = Index::token;
  std::int32_t offset = 0;
};

// (x, [residual]) -> [T, n]. y = activation(norm(x) · Wᵀ + bias) + residual, with W [n or 2n, k].
// norm: RMSNorm over the whole row when set (fuse_norm), the identity otherwise.
// gated: W has 2n rows and y[i] = activation(a[i]) · a[i + n], where a is the product (fuse_gate).
struct Linear {
  WeightId weight = none;
  WeightId bias = none;
  Activation activation = Activation::identity;
  bool gated = false;
  WeightId norm = none;
  float epsilon = 0.0f;
};

// (x) -> same shape. Each run of `width` consecutive columns is divided by its root mean square and multiplied by the
// weight [width]: y = x / sqrt(mean(x²) + epsilon) · w. width is the row for a layer norm, head_dim for q/k norms.
struct RmsNorm {
  WeightId weight = none;
  std::int32_t width = 0;
  float epsilon = 1e-6f;
};

// (x) -> same shape. y = (x − mean(x)) / sqrt(variance(x) + epsilon) · w + b over the whole row (Ba et al. 2016); b is
// left out where there is none.
struct LayerNorm {
  WeightId weight = none;
  WeightId bias = none;
  float epsilon = 1e-5f;
};

struct Add {};  // (a, b) -> a + b

// (a, b) -> a · b, element by element. Where b has fewer columns, n of them, each multiplies one of n equal runs of a.
struct Multiply {};

// (x) -> same shape. The softmax of the row, in which all but the `count` largest become 0; of equals the first stay.
// The router of a mixture of experts (Shazeer et al. 2017), without a second normalisation.
struct TopSoftmax {
  std::int32_t count = 1;
};

// (x) -> activation(x)
struct Activate {
  Activation activation = Activation::silu;
};

// (x) -> columns [begin, begin + width of the output)
struct Slice {
  std::int32_t begin = 0;
};

// (x) -> same shape. Rotary position embedding (Su et al. 2021) of every head, in the half-split layout of
// transformers: element i pairs with i + rotary_dim / 2; columns of a head beyond rotary_dim pass through.
struct Rope {
  RopeId rope = none;
  std::int32_t head_dim = 0;
};

// (k, v) -> (). Stores one row of keys and one of values for every token, at its sequence's position in the state.
struct KvWrite {
  StateId state = none;
};

// (q) -> [T, heads · head_dim]. Softmax attention of each query over the keys of its own sequence: at positions
// (position − window, position] when causal, (position − window, position + window) otherwise; window 0 means all.
// Grouped-query: query head h reads KV head h / (heads / kv_heads).
struct Attention {
  StateId state = none;
  std::int32_t heads = 0;
  float scale = 1.0f;
  std::int32_t window = 0;
  bool causal = true;
};

// (x) -> [outputs, width]: the rows whose logits are wanted.
struct SelectRows {};

// What becomes of the rows of a text. weighted_mean: row i counts i + 1 times (Muennighoff 2022). mean_sqrt_length: the
// sum over the square root of the number of rows.
// Reference: sentence-transformers, models/Pooling.py.
enum class Pooling { first, max, mean, mean_sqrt_length, weighted_mean, last };

// (x) -> [outputs, modes · width]: the rows of each sequence from its position 0 to the wanted row, without those that
// the batch skips, pooled in each of the ways, side by side. All of them must be in the step. Where a row counts by its
// number, the skipped ones have been counted. Of no rows at all, first is row 0 and every other way is 0.
struct Pool {
  std::vector<Pooling> modes;
};

// Fused: (qkv) -> q [T, heads · head_dim]. qkv holds queries, keys and values side by side. Normalises each head of q
// and k (where norms are given), rotates them (where a rope is given), writes k and v to the state, and returns q.
struct AttentionInput {
  StateId state = none;
  std::int32_t heads = 0;
  WeightId query_norm = none;
  WeightId key_norm = none;
  float epsilon = 0.0f;
  RopeId rope = none;
};

using Operation = std::variant<Embedding, Linear, RmsNorm, LayerNorm, Add, Multiply, TopSoftmax, Activate, Slice, Rope,
                               KvWrite, Attention, SelectRows, Pool, AttentionInput>;

struct Node {
  Operation operation;
  std::vector<ValueId> inputs;
  ValueId output = none;  // none for KvWrite
};

}  // namespace gerbil::graph
