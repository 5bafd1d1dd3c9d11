#include "kernels/cpu/prepare.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cpu/targets.hpp"

namespace gerbil::kernels {
namespace {

class QuantizeRow : public testing::TestWithParam<Target> {
 protected:
  void SetUp() override { use_target(GetParam()); }
  void TearDown() override { use_target(Target::best); }

  static constexpr int group = 32;
  std::vector<std::int8_t> codes;
  std::vector<GroupFactors> factors;
  void quantize(const std::vector<float>& x) {
    codes.assign(x.size(), 99);
    factors.assign(x.size() / group, {});
    quantize_row(x.data(), static_cast<std::int64_t>(x.size()), group, group, codes.data(), factors.data());
  }
};

TEST_P(QuantizeRow, ErrorIsAtMostHalfAStep) {
  std::vector<float> x;
  for (int i = 0; i < 4 * group; ++i) x.push_back(std::sin(static_cast<float>(i)) * static_cast<float>(1 + i / group));
  quantize(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float scale = factors[i / group].scale;
    EXPECT_LE(std::abs(x[i] - scale * codes[i]), 0.501f * scale);
    EXPECT_LE(std::abs(codes[i]), 127);
  }
  for (std::size_t g = 0; g < factors.size(); ++g) {
    double sum = 0;
    for (std::size_t i = 0; i < group; ++i) sum += codes[g * group + i];
    EXPECT_FLOAT_EQ(factors[g].sum, static_cast<float>(sum) * factors[g].scale);
  }
}

TEST_P(QuantizeRow, SumsBeginAgainWithTheWeightsGroup) {
  std::vector<float> x;
  for (int i = 0; i < 64; ++i) x.push_back(static_cast<float>(1 + i / 16));
  codes.assign(64, 99);
  factors.assign(4, {});
  quantize_row(x.data(), 64, 16, 32, codes.data(), factors.data());
  const float sums[] = {16, 16 + 32, 48, 48 + 64};
  for (std::size_t part = 0; part < 4; ++part) {
    EXPECT_FLOAT_EQ(factors[part].scale, static_cast<float>(1 + part) / 127.0f);
    EXPECT_FLOAT_EQ(factors[part].sum, sums[part]);
  }
}

TEST_P(QuantizeRow, ZerosHaveScaleZero) {
  quantize(std::vector<float>(group, 0.0f));
  EXPECT_EQ(factors[0].scale, 0.0f);
  EXPECT_EQ(factors[0].sum, 0.0f);
  EXPECT_EQ(codes, std::vector<std::int8_t>(group, 0));
}

TEST_P(QuantizeRow, TinyValuesDoNotDivideByZero) {
  quantize(std::vector<float>(group, std::numeric_limits<float>::denorm_min()));
  EXPECT_EQ(factors[0].scale, 0.0f);
  EXPECT_EQ(codes, std::vector<std::int8_t>(group, 0));
}

TEST_P(QuantizeRow, HugeValuesStayInRange) {
  std::vector<float> x(group, -std::numeric_limits<float>::max());
  x[3] = std::numeric_limits<float>::max();
  quantize(x);
  EXPECT_EQ(codes[3], 127);
  EXPECT_EQ(codes[0], -127);
  EXPECT_TRUE(std::isfinite(factors[0].scale));
}

TEST_P(QuantizeRow, OneOutlierTakesTheRange) {
  std::vector<float> x(group, 1.0f);
  x[7] = -1000.0f;
  quantize(x);
  EXPECT_EQ(codes[7], -127);
  EXPECT_EQ(codes[0], 0);
}

TEST_P(QuantizeRow, UndefinedValuesMakeTheScaleUndefined) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> x(2 * group, 1.0f);
    x[5] = bad;
    quantize(x);
    EXPECT_TRUE(std::isnan(factors[0].scale));
    EXPECT_FLOAT_EQ(factors[1].scale, 1.0f / 127.0f);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, QuantizeRow,
                         testing::ValuesIn(available_targets().begin(), available_targets().end()));

TEST(GatherRow, MissingInputsAreZero) {
  const float x[] = {1, 2, 3};
  const std::int32_t gather[] = {2, -1, 0, 0};
  float out[4];
  gather_row(x, gather, 4, out);
  EXPECT_EQ(std::vector(out, out + 4), (std::vector<float>{3, 0, 1, 1}));
}

}  // namespace
}  // namespace gerbil::kernels
