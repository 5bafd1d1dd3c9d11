#include "kernels/cpu/noise.hpp"

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/noise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Bits = hn::CappedTag<std::uint32_t, 16>;
using Floats = hn::Rebind<float, Bits>;
using Numbers = hn::Vec<Bits>;

// PCG-RXS-M-XS with 32 bits of state as a hash (Jarzynski and Olano 2020).
Numbers pcg(Numbers value) {
  const Bits d;
  const auto state = hn::Add(hn::Mul(value, hn::Set(d, 747796405u)), hn::Set(d, 2891336453u));
  const auto shift = hn::Add(hn::ShiftRight<28>(state), hn::Set(d, 4u));
  const auto word = hn::Mul(hn::Xor(hn::Shr(state, shift), state), hn::Set(d, 277803737u));
  return hn::Xor(hn::ShiftRight<22>(word), word);
}

// −log(−log u) < −log(1 − u), which is at most log 2 = 0.6931 for each of the first bits of u that are 1, and for one
// more.
std::uint32_t draw_noise(const NoiseSource& source, const std::uint32_t* tokens, const float* logits, float best,
                         std::uint32_t* bits) {
  const Bits d;
  const Floats f;
  const auto low = hn::Set(d, static_cast<std::uint32_t>(source.seed));
  const auto high = hn::Set(d, static_cast<std::uint32_t>(source.seed >> 32));
  const auto step = hn::Set(d, source.step);
  std::uint32_t may = 0;
  for (std::size_t i = 0; i < noise_block; i += hn::Lanes(d)) {
    const auto inner = hn::Xor(step, pcg(hn::LoadU(d, tokens + i)));
    const auto made = pcg(hn::Xor(low, pcg(hn::Xor(high, pcg(inner)))));
    hn::StoreU(made, d, bits + i);
    const auto ones = hn::ConvertTo(f, hn::BitCast(hn::RebindToSigned<Bits>(), hn::LeadingZeroCount(hn::Not(made))));
    const auto noise = hn::MulAdd(ones, hn::Set(f, 0.6932f), hn::Set(f, 0.7032f));
    const auto reaches = hn::Ge(hn::Add(hn::LoadU(f, logits + i), noise), hn::Set(f, best));
    may |= static_cast<std::uint32_t>(hn::BitsFromMask(f, reaches)) << i;
  }
  return may;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(draw_noise);

std::uint32_t draw_noise(const NoiseSource& source, const std::uint32_t* tokens, const float* logits, float best,
                         std::uint32_t* bits) {
  return HWY_DYNAMIC_DISPATCH(draw_noise)(source, tokens, logits, best, bits);
}

}  // namespace gerbil::kernels
#endif
