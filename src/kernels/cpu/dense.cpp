#include "kernels/cpu/dense.hpp"

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dense.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

template <int tokens, int vectors, typename Stored>
void dense_block(const DensePanels& weight, std::int64_t panel, const float* x, float* out) {
  const FloatTag d;
  for (std::size_t first = 0; first < panel_rows; first += vectors * kLanes) {
    const Stored* elements = static_cast<const Stored*>(weight.elements) + panel * panel_rows * weight.columns + first;
    FloatVector sums[tokens][vectors];
    HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
      HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) sums[t][v] = hn::Zero(d);
    }
    const auto add = [&](const float* values, const Stored* of_column) HWY_ATTR {
      FloatVector w[vectors];
      HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) w[v] = load_floats(of_column + v * kLanes);
      HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
        const auto value = hn::Set(d, values[t * weight.columns]);
        HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) sums[t][v] = multiply_add(w[v], value, sums[t][v]);
      }
    };
    std::int64_t column = 0;  // in fours, whose addresses are the same but for a constant
    for (; column + 4 <= weight.columns; column += 4, elements += 4 * panel_rows) {
      HWY_UNROLL(4) for (int i = 0; i < 4; ++i) add(x + column + i, elements + i * panel_rows);
    }
    for (; column < weight.columns; ++column, elements += panel_rows) add(x + column, elements);
    HWY_UNROLL(tokens) for (int t = 0; t < tokens; ++t) {
      HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) {
        store_floats(sums[t][v], out + t * panel_rows + first + v * kLanes);
      }
    }
  }
}

template <typename Stored>
void dense_tokens(const DensePanels& weight, std::int64_t panel, const float* x, std::int64_t tokens, float* out) {
  // Two vectors of a weight serve every token of a block; what is left over goes in fours and one by one, those as many
  // vectors wide as a panel allows to have enough independent sums.
  constexpr int block = kLanes == 16 ? 12 : HWY_ARCH_WASM ? 8 : 6;
  constexpr int wide = kLanes == 16 ? 2 : 4;
  const auto next = [&]<int count, int vectors>(std::int64_t t) {
    dense_block<count, vectors, Stored>(weight, panel, x + t * weight.columns, out + t * panel_rows);
  };
  std::int64_t t = 0;
  for (; t + block <= tokens; t += block) next.template operator()<block, 2>(t);
  for (; t + 4 <= tokens; t += 4) next.template operator()<4, 2>(t);
  for (; t < tokens; ++t) next.template operator()<1, wide>(t);
}

void dense_panel(const DensePanels& weight, std::int64_t panel, const float* x, std::int64_t tokens, float* out) {
  switch (weight.element) {
    case Element::f16:
      return dense_tokens<hwy::float16_t>(weight, panel, x, tokens, out);
    case Element::bf16:
      return dense_tokens<hwy::bfloat16_t>(weight, panel, x, tokens, out);
    case Element::f32:
      return dense_tokens<float>(weight, panel, x, tokens, out);
    case Element::i8:
      return;  // of parameters only
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(dense_panel);

void dense_panel(const DensePanels& weight, std::int64_t panel, const float* x, std::int64_t tokens, float* out) {
  HWY_DYNAMIC_DISPATCH(dense_panel)(weight, panel, x, tokens, out);
}

}  // namespace gerbil::kernels
#endif
