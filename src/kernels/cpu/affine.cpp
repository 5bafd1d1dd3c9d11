#include "kernels/cpu/affine.hpp"

#include <cstring>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/affine.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

using IntTag = hn::RebindToSigned<FloatTag>;
using ByteTag = hn::Repartition<std::uint8_t, FloatTag>;
using SignedByteTag = hn::Repartition<std::int8_t, FloatTag>;
using ShortTag = hn::Repartition<std::int16_t, FloatTag>;
using Ints = hn::Vec<IntTag>;
using Bytes = hn::Vec<ByteTag>;

// Whether one instruction adds four products of bytes to a 32-bit lane.
#if HWY_ARCH_X86
inline constexpr bool kQuadDot = HWY_TARGET <= HWY_AVX3_DL;
#else
inline constexpr bool kQuadDot = true;
#endif

// Tokens at once. For each token and vector there are an integer sum and a float sum; with the codes of a step, a mask
// and an activation that makes 30 of AVX-512's 32 registers. Of 16 registers, three tokens leave the float sums in
// memory.
inline constexpr int kVectors = 2;
inline constexpr int kTokens = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL ? 6 : 3;

HWY_INLINE hn::Vec<SignedByteTag> broadcast_four(const std::int8_t* x) {
  std::int32_t four;
  std::memcpy(&four, x, sizeof four);
  return hn::BitCast(SignedByteTag(), hn::Set(IntTag(), four));
}

// Adds to sums[t][v] the products of one activation group. Its codes start at `codes`; a vector of the next four (or
// eight) columns follows 128 bytes later.
template <int tokens, bool packed, bool eighth_bit>
HWY_INLINE void group_sums(const std::uint8_t* codes, int group, const std::int8_t* x, std::int64_t stride,
                           Ints (&sums)[tokens][kVectors]) {
  const ByteTag d8;
  const IntTag d32;
  constexpr int step = packed ? 8 : 4;
  constexpr std::size_t bytes = 4 * kLanes;  // of a vector
  if constexpr (kQuadDot || eighth_bit) {
    for (int column = 0; column < group; column += step, codes += 4 * panel_rows) {
      Bytes low[kVectors];
      [[maybe_unused]] Bytes high[kVectors];
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
        low[v] = hn::LoadU(d8, codes + v * bytes);
        if constexpr (packed) {
          high[v] = hn::ShiftRight<4>(low[v]);
          low[v] = hn::And(low[v], hn::Set(d8, 15));
        }
      }
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        const auto x_low = broadcast_four(x + t * stride + column);
        HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
          sums[t][v] = hn::SumOfMulQuadAccumulate(d32, low[v], x_low, sums[t][v]);
        }
        if constexpr (packed) {
          const auto x_high = broadcast_four(x + t * stride + column + 4);
          HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
            sums[t][v] = hn::SumOfMulQuadAccumulate(d32, high[v], x_high, sums[t][v]);
          }
        }
      }
    }
  } else {
    // Pairs of products add to 16 bits first. Those of 7-bit codes fit: 2 · 127 · 127 < 2^15; of 4-bit codes eight fit:
    // 8 · 2 · 15 · 127 < 2^15, which is a stretch of 32 columns.
    const ShortTag d16;
    constexpr int stretch = packed ? 32 : 4;
    for (int begin = 0; begin < group; begin += stretch) {
      hn::Vec<ShortTag> pairs[tokens][kVectors];
      for (int column = begin; column < begin + stretch; column += step, codes += 4 * panel_rows) {
        Bytes low[kVectors];
        [[maybe_unused]] Bytes high[kVectors];
        HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
          low[v] = hn::LoadU(d8, codes + v * bytes);
          if constexpr (packed) {
            high[v] = hn::ShiftRight<4>(low[v]);
            low[v] = hn::And(low[v], hn::Set(d8, 15));
          }
        }
        HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
          const auto x_low = broadcast_four(x + t * stride + column);
          HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
            const auto products = hn::SatWidenMulPairwiseAdd(d16, low[v], x_low);
            pairs[t][v] = column == begin ? products : hn::Add(pairs[t][v], products);
          }
          if constexpr (packed) {
            const auto x_high = broadcast_four(x + t * stride + column + 4);
            HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
              pairs[t][v] = hn::Add(pairs[t][v], hn::SatWidenMulPairwiseAdd(d16, high[v], x_high));
            }
          }
        }
      }
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
          sums[t][v] = hn::Add(sums[t][v], hn::WidenMulPairwiseAdd(d32, pairs[t][v], hn::Set(d16, 1)));
        }
      }
    }
  }
}

template <int tokens, bool packed, bool eighth_bit, typename Parameter>
void affine_block(const AffinePanels& weight, std::int64_t panel, const std::int8_t* rows, const GroupFactors* factors,
                  float* out) {
  const FloatTag d;
  const std::int64_t groups = weight.groups();
  constexpr int columns = AffinePanels::activation_group(packed ? 4 : 8);
  const int parts = weight.group / columns;
  const std::int64_t part_bytes = panel_rows * columns * (packed ? 4 : 8) / 8;
  for (std::size_t first = 0; first < panel_rows; first += kVectors * kLanes) {
    const std::uint8_t* codes = weight.codes + panel * weight.panel_code_bytes() + 4 * first;
    const std::int8_t* x = rows;
    const Parameter* parameters =
        static_cast<const Parameter*>(weight.parameters) + panel * weight.panel_parameters() + first;
    FloatVector totals[tokens][kVectors];
    HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) totals[t][v] = hn::Zero(d);
    }
    for (std::int64_t group = 0; group < groups; ++group) {
      FloatVector scales[kVectors];
      FloatVector biases[kVectors];
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
        scales[v] = load_floats(parameters + v * kLanes);
        biases[v] = load_floats(parameters + panel_rows + v * kLanes);
      }
      for (int part = 0; part < parts; ++part, codes += part_bytes, x += columns) {
        Ints sums[tokens][kVectors];
        HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
          HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) sums[t][v] = hn::Zero(IntTag());
        }
        group_sums<tokens, packed, eighth_bit>(codes, columns, x, weight.columns, sums);
        HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
          const auto x_scale = hn::Set(d, factors[(t * groups + group) * parts + part].scale);
          HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
            totals[t][v] = hn::MulAdd(hn::ConvertTo(d, sums[t][v]), hn::Mul(scales[v], x_scale), totals[t][v]);
          }
        }
      }
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        const auto x_sum = hn::Set(d, factors[(t * groups + group + 1) * parts - 1].sum);
        HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
          totals[t][v] = hn::MulAdd(biases[v], x_sum, totals[t][v]);
        }
      }
      parameters += 2 * panel_rows;
    }
    HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
        store_floats(totals[t][v], out + t * panel_rows + first + v * kLanes);
      }
    }
  }
}

template <bool packed, bool eighth_bit, typename Parameter>
void affine_tokens(const AffinePanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                   std::int64_t tokens, float* out) {
  const auto block = [&]<int count>(std::int64_t token) {
    affine_block<count, packed, eighth_bit, Parameter>(weight, panel, x + token * weight.columns,
                                                       factors + token * weight.activation_groups(),
                                                       out + token * panel_rows);
  };
  std::int64_t token = 0;
  for (; token + kTokens <= tokens; token += kTokens) block.template operator()<kTokens>(token);
  for (; token + 3 <= tokens; token += 3) block.template operator()<3>(token);
  if (token + 2 == tokens) block.template operator()<2>(token);
  if (token + 1 == tokens) block.template operator()<1>(token);
}

template <typename Parameter>
void affine_codes(const AffinePanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                  std::int64_t tokens, float* out) {
  if (weight.code_bits == 4) {
    affine_tokens<true, false, Parameter>(weight, panel, x, factors, tokens, out);
  } else if (kQuadDot || weight.eighth_bit) {
    affine_tokens<false, true, Parameter>(weight, panel, x, factors, tokens, out);
  } else {
    affine_tokens<false, kQuadDot, Parameter>(weight, panel, x, factors, tokens, out);
  }
}

void affine_panel(const AffinePanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                  std::int64_t tokens, float* out) {
  switch (weight.parameter) {
    case Element::f16:
      return affine_codes<hwy::float16_t>(weight, panel, x, factors, tokens, out);
    case Element::bf16:
      return affine_codes<hwy::bfloat16_t>(weight, panel, x, factors, tokens, out);
    case Element::f32:
      return affine_codes<float>(weight, panel, x, factors, tokens, out);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(affine_panel);

void affine_panel(const AffinePanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                  std::int64_t tokens, float* out) {
  HWY_DYNAMIC_DISPATCH(affine_panel)(weight, panel, x, factors, tokens, out);
}

}  // namespace gerbil::kernels
#endif
