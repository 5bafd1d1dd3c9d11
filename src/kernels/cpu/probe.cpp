#include "kernels/cpu/probe.hpp"

#include "kernels/cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/probe.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {
namespace {

std::uint64_t read_bytes(const std::byte* data, std::size_t bytes) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto* words = reinterpret_cast<const std::uint64_t*>(data);
  auto a = hn::Zero(d);
  auto b = hn::Zero(d);
  for (std::size_t i = 0; i < bytes / sizeof *words; i += 2 * lanes) {
    a = hn::Xor(a, hn::LoadU(d, words + i));
    b = hn::Xor(b, hn::LoadU(d, words + i + lanes));
  }
  return hn::ReduceSum(d, hn::Xor(a, b));
}

std::int64_t multiply_bytes(std::int64_t iterations, std::int32_t* sink) {
  constexpr int chains = 10;  // more than the instruction's latency
  const hn::ScalableTag<std::int32_t> d;
  const hn::Repartition<std::uint8_t, decltype(d)> du;
  const hn::Repartition<std::int8_t, decltype(d)> ds;
  // Loaded, so that the compiler cannot know the products.
  const auto u = hn::Set(du, static_cast<std::uint8_t>(*sink));
  const auto s = hn::Set(ds, static_cast<std::int8_t>(*sink));
  hn::Vec<decltype(d)> sums[chains];
  for (auto& sum : sums) sum = hn::Zero(d);
  for (std::int64_t i = 0; i < iterations; ++i) {
    HWY_UNROLL(chains) for (int c = 0; c < chains; ++c) {
      // Each product depends on the round, or it could be computed once.
      sums[c] = hn::SumOfMulQuadAccumulate(d, hn::BitCast(du, sums[c]), s, sums[c]);
    }
  }
  auto all = hn::BitCast(d, u);
  for (const auto& sum : sums) all = hn::Add(all, sum);
  *sink = hn::ReduceSum(d, all);
  return iterations * chains * static_cast<std::int64_t>(hn::Lanes(d)) * 4 * 2;
}

std::int64_t multiply_floats(std::int64_t iterations, float* sink) {
  constexpr int chains = 10;  // two instructions a cycle times a latency of four or five
  const FloatTag d;
  const auto factor = hn::Set(d, 0.5f);
  const auto term = hn::Set(d, *sink);
  FloatVector sums[chains];
  for (auto& sum : sums) sum = hn::Zero(d);
  for (std::int64_t i = 0; i < iterations; ++i) {
    // Each sum approaches twice the term, far from values that a processor is slow with.
    HWY_UNROLL(chains) for (int c = 0; c < chains; ++c) sums[c] = hn::MulAdd(sums[c], factor, term);
  }
  auto all = term;
  for (const auto& sum : sums) all = hn::Add(all, sum);
  *sink = hn::ReduceSum(d, all);
  return iterations * chains * static_cast<std::int64_t>(kLanes) * 2;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gerbil::kernels {

HWY_EXPORT(read_bytes);
HWY_EXPORT(multiply_bytes);
HWY_EXPORT(multiply_floats);

std::uint64_t read_bytes(const std::byte* data, std::size_t bytes) {
  return HWY_DYNAMIC_DISPATCH(read_bytes)(data, bytes);
}
std::int64_t multiply_bytes(std::int64_t iterations, std::int32_t* sink) {
  return HWY_DYNAMIC_DISPATCH(multiply_bytes)(iterations, sink);
}
std::int64_t multiply_floats(std::int64_t iterations, float* sink) {
  return HWY_DYNAMIC_DISPATCH(multiply_floats)(iterations, sink);
}

}  // namespace gerbil::kernels
#endif
