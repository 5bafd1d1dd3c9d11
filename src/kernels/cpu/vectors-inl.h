// Vector helpers that several kernels share; compiled once for each target.
#if defined(GERBIL_KERNELS_CPU_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GERBIL_KERNELS_CPU_VECTORS_INL_H_
#undef GERBIL_KERNELS_CPU_VECTORS_INL_H_
#else
#define GERBIL_KERNELS_CPU_VECTORS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#ifdef __wasm_relaxed_simd__
#include <wasm_simd128.h>
#endif

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, 16>;  // a panel of 32 rows is a whole number of vectors
using FloatVector = hn::Vec<FloatTag>;
inline constexpr std::size_t kLanes = hn::MaxLanes(FloatTag());

// One vector of elements as f32.
HWY_INLINE FloatVector load_floats(const float* from) { return hn::LoadU(FloatTag(), from); }
HWY_INLINE FloatVector load_floats(const hwy::float16_t* from) {
  return hn::PromoteTo(FloatTag(), hn::LoadU(hn::Rebind<hwy::float16_t, FloatTag>(), from));
}
HWY_INLINE FloatVector load_floats(const hwy::bfloat16_t* from) {
  return hn::PromoteTo(FloatTag(), hn::LoadU(hn::Rebind<hwy::bfloat16_t, FloatTag>(), from));
}

// a · b + c. In a browser it is rounded once where the processor does that at once, and Highway does not know of it.
HWY_INLINE FloatVector multiply_add(FloatVector a, FloatVector b, FloatVector c) {
#ifdef __wasm_relaxed_simd__
  return FloatVector{wasm_f32x4_relaxed_madd(a.raw, b.raw, c.raw)};
#else
  return hn::MulAdd(a, b, c);
#endif
}

HWY_INLINE void store_floats(FloatVector v, float* to) { hn::StoreU(v, FloatTag(), to); }
HWY_INLINE void store_floats(FloatVector v, hwy::float16_t* to) {
  const hn::Rebind<hwy::float16_t, FloatTag> half;
  hn::StoreU(hn::DemoteTo(half, v), half, to);
}

}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#endif
