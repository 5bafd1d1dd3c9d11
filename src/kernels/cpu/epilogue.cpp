#include "kernels/cpu/epilogue.hpp"

#include <algorithm>

#include "kernels/cpu/panels.hpp"
#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

// A frequent activation, chosen while compiling, and any.
template <Activation activation>
struct Fixed {
  HWY_INLINE FloatVector operator()(FloatVector x) const { return activate_vector(activation, x); }
};
struct Named {
  Activation activation = Activation::identity;
  HWY_INLINE FloatVector operator()(FloatVector x) const { return activate_vector(activation, x); }
};

HWY_INLINE FloatVector soft_capped(FloatVector x, float bound) {
  const auto limit = hn::Set(FloatTag(), bound);
  return hn::Mul(limit, activate_vector(Activation::tanh, hn::Div(x, limit)));
}

template <typename Activate>
void finish(const Activate& activate, const Epilogue& e, std::int64_t panel, std::int64_t first_token,
            std::int64_t tokens, const float* sums) {
  const FloatTag d;
  const std::int64_t width = e.gated ? panel_rows / 2 : panel_rows;
  const std::int64_t begin = panel * width;
  const std::int64_t count = std::min(width, e.columns - begin);
  for (std::int64_t t = 0; t < tokens; ++t, sums += panel_rows) {
    const std::int64_t at = (first_token + t) * e.columns + begin;
    for (std::int64_t i = 0; i < count; i += kLanes) {
      const std::size_t lanes = std::min<std::size_t>(kLanes, static_cast<std::size_t>(count - i));
      auto y = hn::LoadU(d, sums + i);
      if (e.bias) y = hn::Add(y, hn::LoadU(d, e.bias + panel * panel_rows + i));
      y = activate(y);
      if (e.softcap != 0.0f) y = soft_capped(y, e.softcap);
      if (e.gated) {
        auto b = hn::LoadU(d, sums + width + i);
        if (e.bias) b = hn::Add(b, hn::LoadU(d, e.bias + panel * panel_rows + width + i));
        y = hn::Mul(y, b);
      }
      if (e.residual) y = hn::Add(y, hn::LoadN(d, e.residual + at + i, lanes));
      if (lanes == kLanes) {
        hn::StoreU(y, d, e.out + at + i);
      } else {
        hn::StoreN(y, d, e.out + at + i, lanes);
      }
    }
  }
}

void finish_panel(const Epilogue& e, std::int64_t panel, std::int64_t first_token, std::int64_t tokens,
                  const float* sums) {
  const auto with = [&](const auto& activate) { finish(activate, e, panel, first_token, tokens, sums); };
  switch (e.activation) {
    case Activation::silu:
      return with(Fixed<Activation::silu>());
    case Activation::gelu:
      return with(Fixed<Activation::gelu>());
    case Activation::gelu_tanh:
      return with(Fixed<Activation::gelu_tanh>());
    case Activation::relu:
      return with(Fixed<Activation::relu>());
    case Activation::tanh:
      return with(Fixed<Activation::tanh>());
    case Activation::identity:
      return with(Fixed<Activation::identity>());
    default:
      return with(Named{e.activation});
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(finish_panel);

void finish_panel(const Epilogue& epilogue, std::int64_t panel, std::int64_t first_token, std::int64_t tokens,
                  const float* sums) {
  HWY_DYNAMIC_DISPATCH(finish_panel)(epilogue, panel, first_token, tokens, sums);
}

}  // namespace gerbil::kernels
#endif
