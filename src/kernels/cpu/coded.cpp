#include "kernels/cpu/coded.hpp"

#include <cstring>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/coded.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/coded-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

using SignedByteTag = hn::Repartition<std::int8_t, FloatTag>;
using ShortTag = hn::Repartition<std::int16_t, FloatTag>;

// Whether one instruction adds four products of bytes to a 32-bit lane.
#if HWY_ARCH_X86
inline constexpr bool kQuadDot = HWY_TARGET <= HWY_AVX3_DL;
#else
inline constexpr bool kQuadDot = true;
#endif

// Tokens at once. For each token and vector there are an integer sum and a float sum; with the codes of a step, a mask
// and an activation that makes 30 of AVX-512's 32 registers. Of 16 registers, three tokens leave the float sums in
// memory. In browsers (V8 on x86) eight were 1.3 times as fast as three.
inline constexpr int kVectors = 2;
inline constexpr int kTokens = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL ? 6 : HWY_ARCH_WASM ? 8 : 3;

HWY_INLINE hn::Vec<SignedByteTag> broadcast_four(const std::int8_t* x) {
  std::int32_t four;
  std::memcpy(&four, x, sizeof four);
  return hn::BitCast(SignedByteTag(), hn::Set(IntTag(), four));
}

// What relaxed SIMD has for it takes codes of seven bits, whose pairs fit in 16; of eight it is the processor's choice
// (https://github.com/WebAssembly/relaxed-simd), and on x86 with VNNI that is what is wanted.
#ifdef __wasm_relaxed_simd__
inline constexpr bool kRelaxed = true;
HWY_INLINE Ints relaxed_dot(Bytes codes, hn::Vec<SignedByteTag> four, Ints sum) {
  return Ints{wasm_i32x4_relaxed_dot_i8x16_i7x16_add(four.raw, codes.raw, sum.raw)};
}
bool relaxed_dot_takes_bytes() {
  static const bool takes = [] {
    volatile std::uint8_t largest = 255;  // nothing that a compiler could know
    const auto activations = hn::Set(SignedByteTag(), 127);
    return hn::GetLane(relaxed_dot(hn::Set(ByteTag(), largest), activations, hn::Zero(IntTag()))) == 4 * 127 * 255;
  }();
  return takes;
}
#else
inline constexpr bool kRelaxed = false;
#endif

// Adds to every lane of `sum` the products of its four codes and activations.
template <bool relaxed>
HWY_INLINE Ints add_quads(Bytes codes, hn::Vec<SignedByteTag> four, Ints sum) {
#ifdef __wasm_relaxed_simd__
  if constexpr (relaxed) return relaxed_dot(codes, four, sum);
#endif
  return hn::SumOfMulQuadAccumulate(IntTag(), codes, four, sum);
}

// Adds to sums[t][v] the products of an activation group, which begins at quad `first` of the stretch at `codes`.
template <int tokens, Packing packing, bool relaxed, int first, int... quads>
HWY_INLINE void group_sums(const Levels& levels, const std::uint8_t* codes, const std::int8_t* x, std::int64_t stride,
                           Ints (&sums)[tokens][kVectors], std::integer_sequence<int, quads...>) {
  const IntTag d32;
  constexpr std::size_t bytes = 4 * kLanes;  // of a vector
  // Where four products do not add to 32 bits at once, pairs of them add to 16 first, as long as they fit.
  constexpr int fitting = INT16_MAX / (2 * 127 * packing.largest_code());
  if constexpr (kQuadDot || fitting == 0) {
    const auto add = [&]<int quad>() HWY_ATTR {
      Bytes codes_of[kVectors];
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
        codes_of[v] = levels.template load<packing, first + quad>(codes + v * bytes);
      }
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        const auto four = broadcast_four(x + t * stride + 4 * quad);
        HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
          sums[t][v] = add_quads<relaxed>(codes_of[v], four, sums[t][v]);
        }
      }
    };
    (add.template operator()<quads>(), ...);
  } else {
    const ShortTag d16;
    hn::Vec<ShortTag> pairs[tokens][kVectors];
    const auto add = [&]<int quad>() HWY_ATTR {
      Bytes codes_of[kVectors];
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
        codes_of[v] = levels.template load<packing, first + quad>(codes + v * bytes);
      }
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        const auto four = broadcast_four(x + t * stride + 4 * quad);
        HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
          const auto products = hn::SatWidenMulPairwiseAdd(d16, codes_of[v], four);
          pairs[t][v] = quad % fitting == 0 ? products : hn::Add(pairs[t][v], products);
          if (quad % fitting == fitting - 1 || quad == sizeof...(quads) - 1) {
            sums[t][v] = hn::Add(sums[t][v], hn::WidenMulPairwiseAdd(d32, pairs[t][v], hn::Set(d16, 1)));
          }
        }
      }
    };
    (add.template operator()<quads>(), ...);
  }
}

template <int tokens, Packing packing, bool relaxed>
void coded_block(const CodedPanels& weight, std::int64_t panel, const std::int8_t* rows, const GroupFactors* factors,
                 float* out) {
  const FloatTag d;
  const std::int64_t groups = weight.groups();
  constexpr int columns = packing.columns;
  constexpr int parts_of_stretch = packing.stretch() / columns;
  const int parts = weight.group / columns;
  const Levels levels(weight);
  const auto unit = hn::Set(d, weight.unit);
  const float zero = -static_cast<float>(weight.zero);
  for (std::size_t first = 0; first < panel_rows; first += kVectors * kLanes) {
    const std::uint8_t* codes = weight.codes + panel * weight.panel_code_bytes() + 4 * first;
    const std::int8_t* x = rows;
    Parameters<kVectors, packing.parameters> of_group(weight, panel, static_cast<std::int64_t>(first));
    FloatVector totals[tokens][kVectors];
    HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) totals[t][v] = hn::Zero(d);
    }
    for (std::int64_t group = 0; group < groups; ++group) {
      of_group.load();
      for (int part = 0; part < parts; part += parts_of_stretch) {
        const auto add = [&]<int of_stretch>() HWY_ATTR {
          Ints sums[tokens][kVectors];
          HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
            HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) sums[t][v] = hn::Zero(IntTag());
          }
          group_sums<tokens, packing, relaxed, of_stretch * columns / 4>(
              levels, codes, x, weight.columns, sums, std::make_integer_sequence<int, columns / 4>());
          HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
            const auto x_scale = hn::Set(d, factors[(t * groups + group) * parts + part + of_stretch].scale);
            HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
              totals[t][v] =
                  multiply_add(hn::ConvertTo(d, sums[t][v]), hn::Mul(of_group.scales[v], x_scale), totals[t][v]);
            }
          }
          x += columns;
        };
        add.template operator()<0>();
        if constexpr (parts_of_stretch == 2) add.template operator()<1>();
        codes += code_bytes(packing.bits, packing.stretch());
      }
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        const float sum = factors[(t * groups + group + 1) * parts - 1].sum;
        if (of_group.biased()) {
          const auto x_sum = hn::Set(d, sum);
          HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
            totals[t][v] = multiply_add(of_group.biases[v], x_sum, totals[t][v]);
          }
        } else {
          const auto x_sum = hn::Set(d, sum * zero);
          HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
            totals[t][v] = multiply_add(of_group.scales[v], x_sum, totals[t][v]);
          }
        }
      }
    }
    HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
      HWY_UNROLL(kVectors) for (int v = 0; v < kVectors; ++v) {
        if constexpr (packing.table) totals[t][v] = hn::Mul(totals[t][v], unit);
        store_floats(totals[t][v], out + t * panel_rows + first + v * kLanes);
      }
    }
  }
}

template <Packing packing, bool relaxed>
void coded_blocks(const CodedPanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                  std::int64_t tokens, float* out) {
  const auto block = [&]<int count>(std::int64_t token) HWY_ATTR {
    coded_block<count, packing, relaxed>(weight, panel, x + token * weight.columns,
                                         factors + token * weight.activation_groups(), out + token * panel_rows);
  };
  std::int64_t token = 0;
  for (; token + kTokens <= tokens; token += kTokens) block.template operator()<kTokens>(token);
  for (; token + 3 <= tokens; token += 3) block.template operator()<3>(token);
  if (token + 2 == tokens) block.template operator()<2>(token);
  if (token + 1 == tokens) block.template operator()<1>(token);
}

void coded_panel(const CodedPanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                 std::int64_t tokens, float* out) {
  with_packing(weight, [&]<Packing packing>() HWY_ATTR {
#ifdef __wasm_relaxed_simd__
    if constexpr (packing.largest_code() > 127) {
      if (!relaxed_dot_takes_bytes()) return coded_blocks<packing, false>(weight, panel, x, factors, tokens, out);
    }
#endif
    coded_blocks<packing, kRelaxed>(weight, panel, x, factors, tokens, out);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(coded_panel);

void coded_panel(const CodedPanels& weight, std::int64_t panel, const std::int8_t* x, const GroupFactors* factors,
                 std::int64_t tokens, float* out) {
  HWY_DYNAMIC_DISPATCH(coded_panel)(weight, panel, x, factors, tokens, out);
}

}  // namespace gerbil::kernels
#endif
