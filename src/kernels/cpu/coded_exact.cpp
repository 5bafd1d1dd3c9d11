#include "kernels/cpu/coded.hpp"
#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/coded_exact.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/coded-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

// Adds to sums[t] the products of the stretch at `codes`.
template <int tokens, Packing packing, int... quads>
HWY_INLINE void stretch_sums(const Levels& levels, const std::uint8_t* codes, const float* x, std::int64_t stride,
                             FloatVector (&sums)[tokens], std::integer_sequence<int, quads...>) {
  const FloatTag d;
  const IntTag d32;
  const auto add = [&]<int quad>() HWY_ATTR {
    const auto bytes = hn::BitCast(d32, levels.template load<packing, quad>(codes));
    for (int i = 0; i < 4; ++i) {
      const auto code = hn::ConvertTo(d, hn::And(hn::ShiftRightSame(bytes, 8 * i), hn::Set(d32, 255)));
      for (int t = 0; t < tokens; ++t) {
        sums[t] = multiply_add(code, hn::Set(d, x[t * stride + 4 * quad + i]), sums[t]);
      }
    }
  };
  (add.template operator()<quads>(), ...);
}

// Codes stay integers of at most 8 bits in f32 registers: the group's sum is of code · activation, and scale and bias
// join once a group, as in the integer kernel.
template <int tokens, Packing packing>
void exact_block(const CodedPanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                 float* out) {
  const FloatTag d;
  const std::int64_t groups = weight.groups();
  constexpr int columns = packing.stretch();
  const Levels levels(weight);
  for (std::size_t first = 0; first < panel_rows; first += kLanes) {
    const std::uint8_t* codes = weight.codes + panel * weight.panel_code_bytes() + 4 * first;
    Parameters<1, packing.parameters> of_group(weight, panel, static_cast<std::int64_t>(first));
    FloatVector totals[tokens];
    for (int t = 0; t < tokens; ++t) totals[t] = hn::Zero(d);
    for (std::int64_t group = 0; group < groups; ++group) {
      FloatVector sums[tokens];
      for (int t = 0; t < tokens; ++t) sums[t] = hn::Zero(d);
      const std::int64_t end = (group + 1) * weight.group;
      for (std::int64_t column = end - weight.group; column < end; column += columns) {
        stretch_sums<tokens, packing>(levels, codes, x + column, weight.columns, sums,
                                      std::make_integer_sequence<int, columns / 4>());
        codes += code_bytes(packing.bits, columns);
      }
      of_group.load();
      for (int t = 0; t < tokens; ++t) {
        totals[t] = multiply_add(sums[t], of_group.scales[0], totals[t]);
        const float sum = factors[t * groups + group].sum;
        const auto x_sum = hn::Set(d, weight.biased ? sum : sum * -static_cast<float>(weight.zero));
        totals[t] = multiply_add(weight.biased ? of_group.biases[0] : of_group.scales[0], x_sum, totals[t]);
      }
    }
    for (int t = 0; t < tokens; ++t) {
      store_floats(hn::Mul(totals[t], hn::Set(d, weight.unit)), out + t * panel_rows + first);
    }
  }
}

void coded_panel_exact(const CodedPanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                       std::int64_t tokens, float* out) {
  with_packing(weight, [&]<Packing packing>() HWY_ATTR {
    constexpr int block = 6;
    const auto run = [&]<int count>(std::int64_t t) HWY_ATTR {
      exact_block<count, packing>(weight, panel, x + t * weight.columns, factors + t * weight.groups(),
                                  out + t * panel_rows);
    };
    std::int64_t t = 0;
    for (; t + block <= tokens; t += block) run.template operator()<block>(t);
    for (; t < tokens; ++t) run.template operator()<1>(t);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(coded_panel_exact);

void coded_panel_exact(const CodedPanels& weight, std::int64_t panel, const float* x, const GroupFactors* factors,
                       std::int64_t tokens, float* out) {
  HWY_DYNAMIC_DISPATCH(coded_panel_exact)(weight, panel, x, factors, tokens, out);
}

}  // namespace gerbil::kernels
#endif
