#include "kernels/cpu/kv_cache.hpp"

#include <algorithm>

#include "base/float16.hpp"

namespace gerbil::kernels {
namespace {

struct AsF32 {
  using Stored = float;
  static float store(float value) { return value; }
};

struct AsF16 {
  using Stored = std::uint16_t;
  static std::uint16_t store(float value) { return f32_to_f16(std::clamp(value, -65504.0f, 65504.0f)); }
};

template <typename As>
void store(const KvLayout& layout, std::byte* block, std::int64_t slot, const float* keys, const float* values) {
  auto* to = reinterpret_cast<typename As::Stored*>(block);
  for (std::int64_t head = 0; head < layout.kv_heads; ++head) {
    for (std::int64_t i = 0; i < layout.head_dim; ++i) to[i * kv_tokens + slot] = As::store(*keys++);
    auto* row = to + layout.head_dim * kv_tokens + slot * layout.value_stride();
    for (std::int64_t i = 0; i < layout.head_dim; ++i) row[i] = As::store(*values++);
    to += layout.head_elements();
  }
}

}  // namespace

void kv_store(const KvLayout& layout, std::byte* block, std::int64_t slot, const float* keys, const float* values) {
  if (layout.exact) {
    store<AsF32>(layout, block, slot, keys, values);
  } else {
    store<AsF16>(layout, block, slot, keys, values);
  }
}

}  // namespace gerbil::kernels
