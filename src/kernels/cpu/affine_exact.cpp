#include "kernels/cpu/affine.hpp"
#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/affine_exact.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

using IntTag = hn::RebindToSigned<FloatTag>;

// Codes stay integers of at most 8 bits in f32 registers: the group's sum is of code · activation, and scale and bias
// join once a group, as in the integer kernel.
template <int tokens, typename Parameter>
void exact_block(const AffinePanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                 float* out) {
  const FloatTag d;
  const IntTag d32;
  const std::int64_t groups = weight.groups();
  const int step = weight.code_bits == 4 ? 8 : 4;
  const auto mask = hn::Set(d32, weight.code_bits == 4 ? 15 : 255);
  for (std::size_t first = 0; first < panel_rows; first += kLanes) {
    const std::uint8_t* codes = weight.codes + panel * weight.panel_code_bytes() + 4 * first;
    const Parameter* parameters =
        static_cast<const Parameter*>(weight.parameters) + panel * weight.panel_parameters() + first;
    FloatVector totals[tokens];
    for (int t = 0; t < tokens; ++t) totals[t] = hn::Zero(d);
    for (std::int64_t group = 0; group < groups; ++group) {
      FloatVector sums[tokens];
      for (int t = 0; t < tokens; ++t) sums[t] = hn::Zero(d);
      const std::int64_t end = (group + 1) * weight.group;
      for (std::int64_t column = end - weight.group; column < end; column += step, codes += 4 * panel_rows) {
        const auto bits = hn::BitCast(d32, hn::LoadU(hn::Repartition<std::uint8_t, FloatTag>(), codes));
        for (int i = 0; i < step; ++i) {
          const int shift = 8 * (i % 4) + (i < 4 ? 0 : 4);
          const auto code = hn::ConvertTo(d, hn::And(hn::ShiftRightSame(bits, shift), mask));
          for (int t = 0; t < tokens; ++t) {
            sums[t] = hn::MulAdd(code, hn::Set(d, x[t * weight.columns + column + i]), sums[t]);
          }
        }
      }
      const auto scales = load_floats(parameters);
      const auto biases = load_floats(parameters + panel_rows);
      for (int t = 0; t < tokens; ++t) {
        totals[t] = hn::MulAdd(sums[t], scales, totals[t]);
        totals[t] = hn::MulAdd(biases, hn::Set(d, factors[t * groups + group].sum), totals[t]);
      }
      parameters += 2 * panel_rows;
    }
    for (int t = 0; t < tokens; ++t) store_floats(totals[t], out + t * panel_rows + first);
  }
}

template <typename Parameter>
void exact_tokens(const AffinePanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                  std::int64_t tokens, float* out) {
  constexpr int block = 6;
  std::int64_t t = 0;
  for (; t + block <= tokens; t += block) {
    exact_block<block, Parameter>(weight, panel, x + t * weight.columns, factors + t * weight.groups(),
                                  out + t * panel_rows);
  }
  for (; t < tokens; ++t) {
    exact_block<1, Parameter>(weight, panel, x + t * weight.columns, factors + t * weight.groups(),
                              out + t * panel_rows);
  }
}

void affine_panel_exact(const AffinePanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                        std::int64_t tokens, float* out) {
  switch (weight.parameter) {
    case Element::f16:
      return exact_tokens<hwy::float16_t>(weight, panel, x, factors, tokens, out);
    case Element::bf16:
      return exact_tokens<hwy::bfloat16_t>(weight, panel, x, factors, tokens, out);
    case Element::f32:
      return exact_tokens<float>(weight, panel, x, factors, tokens, out);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(affine_panel_exact);

void affine_panel_exact(const AffinePanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                        std::int64_t tokens, float* out) {
  HWY_DYNAMIC_DISPATCH(affine_panel_exact)(weight, panel, x, factors, tokens, out);
}

}  // namespace gerbil::kernels
#endif
