#include "kernels/cpu/targets.hpp"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <vector>

namespace gerbil::kernels {
namespace {

std::int64_t mask_of(Target target) {
  switch (target) {
    case Target::sse2:
      return HWY_SSE2;
    case Target::avx2:
      return HWY_AVX2;
    case Target::avx512_vnni:
      return HWY_AVX3_DL;
    case Target::best:
      break;
  }
  return 0;
}

}  // namespace

#ifdef HWY_COMPILE_ONLY_STATIC

std::string target_name() {
#ifdef __wasm_relaxed_simd__
  return "WebAssembly relaxed SIMD";
#else
  return HWY_TARGET == HWY_WASM ? "WebAssembly SIMD" : hwy::TargetName(HWY_TARGET);
#endif
}
std::span<const Target> available_targets() { return {}; }
void use_target(Target) { static_cast<void>(&mask_of); }

#else

std::string target_name() {
  const std::int64_t best = hwy::SupportedTargets() & HWY_TARGETS;
  const std::int64_t target = best & -best;  // a lower bit is a better target
  switch (target) {
    case HWY_SSE2:
      return "SSE2";
    case HWY_AVX2:
      return "AVX2";
    case HWY_AVX3_DL:
      return "AVX-512 VNNI";
    default:
      return hwy::TargetName(target);
  }
}

std::span<const Target> available_targets() {
  static const std::vector<Target> targets = [] {
    std::vector<Target> found;
    for (const Target target : {Target::sse2, Target::avx2, Target::avx512_vnni}) {
      if (hwy::SupportedTargets() & HWY_TARGETS & mask_of(target)) found.push_back(target);
    }
    return found;
  }();
  return targets;
}

void use_target(Target target) {
  hwy::SetSupportedTargetsForTest(mask_of(target));
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

#endif

}  // namespace gerbil::kernels
