#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/float16.hpp"
#include "formats/errors.hpp"
#include "formats/weight.hpp"

namespace gerbil::formats {
namespace {

using test::error_of;

struct Read {
  std::vector<std::uint8_t> codes;
  std::vector<float> scales, biases;
};

Read read_all(const Weight& weight) {
  const auto& coded = std::get<Coded>(weight.form);
  const auto size = static_cast<std::size_t>(weight.rows * weight.columns);
  Read r{std::vector<std::uint8_t>(size), std::vector<float>(size / coded.group),
         std::vector<float>(size / coded.group)};
  coded.read(0, weight.rows, {r.codes.data(), r.scales.data(), r.biases.data()});
  return r;
}

// Fixed numbers with heavy tails: the tangent of angles that a multiplicative generator spreads evenly.
std::vector<float> heavy_tailed(std::size_t count) {
  std::vector<float> values(count);
  std::uint64_t state = 12345;
  for (float& value : values) {
    state = state * 48271 % 2147483647;
    value = 0.02f * std::tan(1.35f * (static_cast<float>(state) / 1073741824.0f - 1.0f));
  }
  return values;
}

// The group with its grid over the whole range, scale and bias rounded as quantize() rounds them.
std::vector<float> over_the_whole_range(std::span<const float> group) {
  const auto [low, high] = std::ranges::minmax(group);
  const float bias = f16_to_f32(f32_to_f16(low));
  const float scale = f16_to_f32(f32_to_f16((high - low) / 15.0f));
  std::vector<float> result;
  for (const float value : group) {
    result.push_back(bias + scale * std::clamp(std::round((value - bias) / scale), 0.0f, 15.0f));
  }
  return result;
}

double squared_error(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

TEST(Quantize, ReproducesNumbersThatLieOnTheGrid) {
  // 16 levels from −3.75 in steps of 0.5: exact in 4 bits.
  std::vector<float> values(64);
  for (int i = 0; i < 64; ++i) values[i] = -3.75f + 0.5f * static_cast<float>((i * 7) % 16);
  const Weight weight = quantize(weight_from_floats("w", 1, 64, values), 4, 64);
  const Read r = read_all(weight);
  EXPECT_EQ(r.scales[0], 0.5f);
  EXPECT_EQ(r.biases[0], -3.75f);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(r.codes[i], (i * 7) % 16);
  std::vector<float> out(64);
  read_dense(weight, 0, 1, out.data());
  EXPECT_EQ(out, values);
  EXPECT_EQ(weight.stored_bytes(), 64 / 2 + 4);
}

TEST(Quantize, EightBitsAreNeverFartherThanHalfAStep) {
  for (const int group : {32, 64, 128}) {
    std::vector<float> values(5 * 256);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = std::sin(0.37f * static_cast<float>(i * i % 1013)) * 0.1f;
    const Weight weight = quantize(weight_from_floats("w", 5, 256, values), 8, group);
    const Read r = read_all(weight);
    std::vector<float> out(values.size());
    read_dense(weight, 0, 5, out.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float scale = r.scales[i / group];
      // The ends of the range move by what rounding to f16 does to them.
      const float rounding = 0.1f * 0x1p-11f + scale * 255.0f * 0x1p-11f;
      EXPECT_LE(std::fabs(out[i] - values[i]), scale / 2 + rounding) << "group " << group;
    }
  }
}

TEST(Quantize, ScalesAreNumbersOf16Bits) {
  for (const int bits : {4, 8}) {
    const Read r = read_all(quantize(weight_from_floats("w", 5, 256, heavy_tailed(5 * 256)), bits, 32));
    for (const float scale : r.scales) EXPECT_EQ(scale, f16_to_f32(f32_to_f16(scale)));
    for (const float bias : r.biases) EXPECT_EQ(bias, f16_to_f32(f32_to_f16(bias)));
  }
}

TEST(Quantize, FourBitsLoseLessThanOverTheWholeRange) {
  for (const int group : {32, 64, 128}) {
    const std::vector<float> values = heavy_tailed(64 * 256);
    std::vector<float> out(values.size());
    read_dense(quantize(weight_from_floats("w", 64, 256, values), 4, group), 0, 64, out.data());
    double fitted = 0;
    double whole = 0;
    for (std::size_t first = 0; first < values.size(); first += group) {
      const std::span<const float> numbers(values.data() + first, group);
      const double own = squared_error(numbers, std::span<const float>(out.data() + first, group));
      const double extremes = squared_error(numbers, over_the_whole_range(numbers));
      EXPECT_LE(own, extremes * 1.00001) << "group " << first / group << " of " << group;
      fitted += own;
      whole += extremes;
    }
    EXPECT_LT(fitted, 0.86 * whole) << "group " << group;
  }
}

TEST(Quantize, StaysDefinedForStrangeNumbers) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float huge = std::numeric_limits<float>::max();
  std::vector<float> values(3 * 32, 0.25f);
  values[0] = nan;
  for (int i = 32; i < 64; ++i) values[i] = nan;
  values[64] = huge;
  values[65] = -huge;
  values[66] = std::numeric_limits<float>::infinity();
  const Read r = read_all(quantize(weight_from_floats("w", 3, 32, values), 4, 32));
  for (const float scale : r.scales) EXPECT_TRUE(std::isfinite(scale));
  for (const float bias : r.biases) EXPECT_TRUE(std::isfinite(bias));
  EXPECT_EQ(r.biases[0], 0.25f);  // a constant group is its bias
  EXPECT_EQ(r.scales[0], 0.0f);
  for (const std::uint8_t code : r.codes) EXPECT_LT(code, 16);
}

TEST(Quantize, RefusesWhatItCannotDo) {
  const Weight dense = weight_from_floats("w", 1, 96, std::vector<float>(96));
  error_of(ErrorCode::invalid_argument, [&] { (void)quantize(dense, 3, 32); });
  error_of(ErrorCode::invalid_argument, [&] { (void)quantize(dense, 4, 16); });
  error_of(ErrorCode::invalid_argument, [&] { (void)quantize(quantize(dense, 4, 32), 4, 32); });
  EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { (void)quantize(dense, 4, 64); }),
              testing::HasSubstr("96 columns are not a multiple of the group, 64"));
}

}  // namespace
}  // namespace gerbil::formats
