#include "kernels/cpu/kv_cache.hpp"

#include <algorithm>

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/kv_cache.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

HWY_INLINE FloatVector limit(FloatVector v, float) { return v; }
HWY_INLINE FloatVector limit(FloatVector v, hwy::float16_t) {
  const FloatTag d;
  return hn::Max(hn::Min(v, hn::Set(d, 65504.0f)), hn::Set(d, -65504.0f));
}

template <typename Stored>
void store_heads(const KvLayout& layout, std::byte* block, std::int64_t slot, const float* keys, const float* values) {
  const FloatTag d;
  auto* to = reinterpret_cast<Stored*>(block);
  Stored converted[kLanes];
  for (std::int64_t head = 0; head < layout.kv_heads; ++head) {
    Stored* row = to + layout.head_dim * kv_tokens + slot * layout.value_stride();
    for (std::int64_t i = 0; i < layout.head_dim; i += kLanes) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(layout.head_dim - i));
      store_floats(limit(hn::LoadN(d, keys + i, lanes), Stored()), converted);
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        to[(i + static_cast<std::int64_t>(lane)) * kv_tokens + slot] = converted[lane];
      }
      // Lanes beyond head_dim are zeros in the row's padding.
      store_floats(limit(hn::LoadN(d, values + i, lanes), Stored()), row + i);
    }
    keys += layout.head_dim;
    values += layout.head_dim;
    to += layout.head_elements();
  }
}

void kv_store(const KvLayout& layout, std::byte* block, std::int64_t slot, const float* keys, const float* values) {
  if (layout.exact) {
    store_heads<float>(layout, block, slot, keys, values);
  } else {
    store_heads<hwy::float16_t>(layout, block, slot, keys, values);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(kv_store);

void kv_store(const KvLayout& layout, std::byte* block, std::int64_t slot, const float* keys, const float* values) {
  HWY_DYNAMIC_DISPATCH(kv_store)(layout, block, slot, keys, values);
}

}  // namespace gerbil::kernels
#endif
